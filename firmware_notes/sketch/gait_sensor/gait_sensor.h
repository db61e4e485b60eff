/* A sensor of the open gait profile, C99: ring of samples, commands, live packets, backfill.
 *
 * It knows no radio, no sensor chip and no operating system: those come in through `gait_hal`. Beside the codec it
 * needs nothing; it allocates nothing. All calls must come from one task (an Arduino sketch's loop), so that there is
 * nothing to lock. The project's tests build it for a computer, put a virtual radio in the hal's place, and record a
 * session from it with a lost link in between.
 */
#ifndef GAIT_SENSOR_H
#define GAIT_SENSOR_H

#include "gait_codec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Samples in the ring, 16 bytes each: 30 s at 208 Hz are 100 kB. A chip with less memory takes fewer. */
#ifndef GAIT_RING_SAMPLES
#define GAIT_RING_SAMPLES 6240u
#endif

/* What the board gives; all must be set. `user` is handed back as it is. */
typedef struct {
    void *user;
    /* Free-running clock, microseconds; wraps at 2^32. */
    uint32_t (*clock_us)(void *user);
    /* Sets rate and ranges and starts sampling; 0 where the chip has not got them. */
    int (*start)(void *user, uint16_t rate_hz, uint16_t acc_range_g, uint16_t gyr_range_dps);
    void (*stop)(void *user);
    /* Sends a DATA notification; 0 where nobody listens or the queue is full: it is tried again. */
    int (*notify)(void *user, const uint8_t *bytes, size_t size);
    /* Sends a CTRL indication; 0 as above. */
    int (*indicate)(void *user, const uint8_t *bytes, size_t size);
    uint8_t (*battery_pct)(void *user);
} gait_hal;

/* State of the sensor; nothing in it is for others to write. Indices count samples since START. */
typedef struct {
    gait_hal hal;
    uint32_t boot_id, session_id, overruns;
    uint32_t next;          /* index of the next sample to come */
    uint32_t held;          /* how many samples the ring holds */
    uint32_t sent;          /* index of the next sample to go out live */
    uint32_t job_first, job_end; /* backfill under way: next sample, and the one behind its last */
    uint32_t t0_us;
    gait_answer answer;     /* waits to be indicated where has_answer is set */
    gait_answer job_answer; /* ends the backfill where has_job is set */
    uint16_t rate_hz, acc_range_g, gyr_range_dps, seq;
    uint8_t config_id, running, has_answer, has_job, side, placement;
    uint8_t serial[16], firmware[8];
    int16_t counts[GAIT_RING_SAMPLES][6];
    uint32_t times_us[GAIT_RING_SAMPLES];
} gait_sensor;

/* Begins anew; `boot_id` is a random number, `serial` at most 15 characters. */
void gait_sensor_init(gait_sensor *sensor, const gait_hal *hal, uint32_t boot_id, const char *serial);
/* Takes one sample: acc xyz, gyr xyz, 32768 is full scale; the clock when it was taken. */
void gait_sensor_sample(gait_sensor *sensor, const int16_t counts[6], uint32_t t_us);
/* Takes a write to CTRL; 0 where it is no command of the profile. */
int gait_sensor_write(gait_sensor *sensor, const uint8_t *bytes, size_t size);
/* Sends what is due: an answer, live samples, then backfill. Call it often. */
void gait_sensor_poll(gait_sensor *sensor);
/* Value of STATUS: 64 bytes; 0 where there is too little room. */
size_t gait_sensor_status(const gait_sensor *sensor, uint8_t *out, size_t room);

#ifdef __cplusplus
}
#endif

#endif
