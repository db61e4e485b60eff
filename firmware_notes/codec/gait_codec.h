/* Reference codec of the open gait sensor profile, C99.
 *
 * No allocation, no global state, nothing beyond the headers below, bytes read and written one at a time:
 * it may be taken into a firmware as it is. The layouts are those of packets.md; the project's tests hold
 * every function byte for byte against its Python codec.
 *
 * Encoders return the number of bytes written, or 0 if a value is out of range or the room is too small.
 * Decoders return 1, or 0 for anything a peer must not send; then what they were to fill is not to be used.
 * All pointers must be valid; `in` may be null where `size` is 0.
 */
#ifndef GAIT_CODEC_H
#define GAIT_CODEC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GAIT_DATA_TYPE 0x11u      /* type and version of DATA */
#define GAIT_DATA_HEADER 16u      /* bytes */
#define GAIT_SAMPLE_BYTES 12u     /* six int16 */
#define GAIT_MAX_SAMPLES 19u      /* of one notification: 244 bytes, ATT MTU 247 */
#define GAIT_DATA_MAX (GAIT_DATA_HEADER + GAIT_MAX_SAMPLES * GAIT_SAMPLE_BYTES)
#define GAIT_STATUS_VERSION 0x21u
#define GAIT_STATUS_BYTES 64u
#define GAIT_NAME_MAX 20u         /* bytes of UTF-8 */
#define GAIT_CTRL_MAX 21u         /* longest command; answers take at most 18 bytes */
#define GAIT_ANSWER_BIT 0x80u

/* Flags of DATA; the other bits are sent as zero and ignored when read. */
enum {
    GAIT_BACKFILL = 1,
    GAIT_OVERRUN = 2,
    GAIT_ACC_CLIPPED = 4,
    GAIT_GYR_CLIPPED = 8,
    GAIT_CLOCK_RESET = 16,
    GAIT_KNOWN_FLAGS = 31
};

enum {
    GAIT_OP_START = 1,
    GAIT_OP_STOP = 2,
    GAIT_OP_SYNC = 3,
    GAIT_OP_BACKFILL = 4,
    GAIT_OP_SET_NAME = 5,
    GAIT_OP_IDENTIFY = 6,
    GAIT_OP_SET_SIDE = 7
};

enum {
    GAIT_OK = 0,
    GAIT_BAD_COMMAND = 1,
    GAIT_BAD_VALUE = 2,
    GAIT_NOT_RUNNING = 3,
    GAIT_BUSY = 4,
    GAIT_OVERWRITTEN = 5
};

/* One DATA notification. */
typedef struct {
    uint32_t index;      /* of the first sample since START */
    uint32_t t_us;       /* device clock at the first sample, microseconds */
    uint16_t seq;        /* one more with each notification */
    uint16_t period_q;   /* measured sample period, quarters of a microsecond; not 0 */
    uint8_t flags;
    uint8_t config_id;   /* changes with any rate or range */
    uint8_t n;           /* 1 to 19 samples */
    uint8_t reserved;    /* not sent */
    int16_t counts[19][6]; /* acc x y z, gyr x y z; 32768 is full scale */
} gait_data;

/* One CTRL command; only the fields of its operation are read or filled. */
typedef struct {
    uint64_t t1_us;          /* SYNC: host clock, microseconds */
    uint32_t session_id;     /* START; not 0 */
    uint32_t first, count;   /* BACKFILL: samples */
    uint16_t rate_hz, acc_range_g, gyr_range_dps; /* START: 104, 208 or 416; not 0 */
    uint8_t op;
    uint8_t side, placement; /* SET_SIDE: 0 none, 1 left, 2 right; 0 none, 1 shoe, 2 shank */
    uint8_t name_size;       /* SET_NAME: 1 to 20 */
    uint8_t name[20];        /* SET_NAME: UTF-8, no terminating zero */
} gait_command;

/* One answer to a command. */
typedef struct {
    uint64_t t1_us;                /* SYNC: echoed */
    uint32_t t0_us;                /* START: device clock of sample 0 */
    uint32_t t2_us, t3_us;         /* SYNC: device clock when it came and when this left */
    uint32_t first, count;         /* BACKFILL: sent; with OVERWRITTEN first is the oldest held */
    uint8_t op, result;
    uint8_t config_id;             /* START */
    uint8_t fields;                /* SYNC, BACKFILL: 1 if the fields are there; START has them with OK */
} gait_answer;

/* STATUS. */
typedef struct {
    uint32_t boot_id, session_id, ring_samples, ring_first, ring_next, t_us, overruns;
    uint16_t rate_hz, acc_range_g, gyr_range_dps;
    uint8_t side, placement, running, charging, config_id, battery_pct;
    uint8_t serial[16];            /* UTF-8, zero-filled */
    uint8_t firmware[8];
} gait_status;

size_t gait_data_encode(const gait_data *packet, uint8_t *out, size_t room);
int gait_data_decode(gait_data *packet, const uint8_t *in, size_t size);

size_t gait_command_encode(const gait_command *command, uint8_t *out, size_t room);
int gait_command_decode(gait_command *command, const uint8_t *in, size_t size);

size_t gait_answer_encode(const gait_answer *answer, uint8_t *out, size_t room);
int gait_answer_decode(gait_answer *answer, const uint8_t *in, size_t size);

size_t gait_status_encode(const gait_status *status, uint8_t *out, size_t room);
/* Bytes behind the known 64 are ignored: later versions append. */
int gait_status_decode(gait_status *status, const uint8_t *in, size_t size);

#ifdef __cplusplus
}
#endif

#endif
