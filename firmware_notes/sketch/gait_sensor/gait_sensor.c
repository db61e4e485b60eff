#include "gait_sensor.h"

#include <string.h>

/* Samples over which the period is measured, and live packets that may wait before the oldest are left to backfill. */
#define PERIOD_SPAN 256u
#define LIVE_WAITING 4u

static uint32_t oldest(const gait_sensor *sensor) { return sensor->next - sensor->held; }

static uint16_t period_q(const gait_sensor *sensor)
{
    uint32_t span = sensor->held > PERIOD_SPAN ? PERIOD_SPAN : sensor->held - 1u;
    if (sensor->held < 2u)
        return (uint16_t)(4000000u / sensor->rate_hz);
    uint32_t last = (sensor->next - 1u) % GAIT_RING_SAMPLES;
    uint32_t first = (sensor->next - 1u - span) % GAIT_RING_SAMPLES;
    uint32_t elapsed_us = sensor->times_us[last] - sensor->times_us[first];
    return (uint16_t)((4u * elapsed_us + span / 2u) / span);
}

static uint8_t clipped(const int16_t counts[6])
{
    uint8_t flags = 0;
    for (int axis = 0; axis < 6; axis++)
        if (counts[axis] == INT16_MAX || counts[axis] == INT16_MIN)
            flags |= axis < 3 ? GAIT_ACC_CLIPPED : GAIT_GYR_CLIPPED;
    return flags;
}

/* Sends up to 19 samples from `first` on; how many went out. */
static uint32_t send(gait_sensor *sensor, uint32_t first, uint32_t count, uint8_t flags)
{
    gait_data packet;
    uint8_t bytes[GAIT_DATA_MAX];
    memset(&packet, 0, sizeof packet);
    packet.n = (uint8_t)(count < GAIT_MAX_SAMPLES ? count : GAIT_MAX_SAMPLES);
    packet.index = first;
    packet.t_us = sensor->times_us[first % GAIT_RING_SAMPLES];
    packet.seq = sensor->seq;
    packet.config_id = sensor->config_id;
    packet.period_q = period_q(sensor);
    for (uint32_t k = 0; k < packet.n; k++) {
        const int16_t *counts = sensor->counts[(first + k) % GAIT_RING_SAMPLES];
        memcpy(packet.counts[k], counts, sizeof packet.counts[k]);
        flags |= clipped(counts);
    }
    packet.flags = flags;
    size_t size = gait_data_encode(&packet, bytes, sizeof bytes);
    if (!size || !sensor->hal.notify(sensor->hal.user, bytes, size))
        return 0;
    sensor->seq++;
    return packet.n;
}

static int indicate(gait_sensor *sensor, const gait_answer *answer)
{
    uint8_t bytes[GAIT_CTRL_MAX];
    size_t size = gait_answer_encode(answer, bytes, sizeof bytes);
    return !size || sensor->hal.indicate(sensor->hal.user, bytes, size);
}

void gait_sensor_init(gait_sensor *sensor, const gait_hal *hal, uint32_t boot_id, const char *serial)
{
    memset(sensor, 0, sizeof *sensor);
    sensor->hal = *hal;
    sensor->boot_id = boot_id;
    sensor->rate_hz = 208;
    sensor->acc_range_g = 16;
    sensor->gyr_range_dps = 2000;
    for (size_t k = 0; k + 1u < sizeof sensor->serial && serial[k]; k++)
        sensor->serial[k] = (uint8_t)serial[k];
    memcpy(sensor->firmware, "sketch", 6);
}

void gait_sensor_sample(gait_sensor *sensor, const int16_t counts[6], uint32_t t_us)
{
    if (!sensor->running)
        return;
    uint32_t place = sensor->next % GAIT_RING_SAMPLES;
    if (!sensor->next)
        sensor->t0_us = t_us;
    memcpy(sensor->counts[place], counts, sizeof sensor->counts[place]);
    sensor->times_us[place] = t_us;
    sensor->next++;
    if (sensor->held < GAIT_RING_SAMPLES)
        sensor->held++;
}

static void start(gait_sensor *sensor, const gait_command *command, gait_answer *answer)
{
    int same = sensor->running && command->session_id == sensor->session_id &&
               command->rate_hz == sensor->rate_hz && command->acc_range_g == sensor->acc_range_g &&
               command->gyr_range_dps == sensor->gyr_range_dps;
    if (!same) {
        if (!sensor->hal.start(sensor->hal.user, command->rate_hz, command->acc_range_g,
                               command->gyr_range_dps)) {
            answer->result = GAIT_BAD_VALUE;
            return;
        }
        sensor->rate_hz = command->rate_hz;
        sensor->acc_range_g = command->acc_range_g;
        sensor->gyr_range_dps = command->gyr_range_dps;
        sensor->session_id = command->session_id;
        sensor->config_id++;
        sensor->next = sensor->held = sensor->sent = 0;
        sensor->has_job = 0;
        sensor->running = 1;
        sensor->t0_us = sensor->hal.clock_us(sensor->hal.user);
    }
    answer->config_id = sensor->config_id;
    answer->t0_us = sensor->t0_us;
}

/* Plans a backfill: what is still there of it; the answer goes out behind the last packet. */
static void backfill(gait_sensor *sensor, const gait_command *command, const gait_answer *answer)
{
    uint32_t ahead = command->first - oldest(sensor); /* wraps below the oldest */
    uint32_t first = ahead > sensor->held ? oldest(sensor) : command->first;
    uint32_t lost = first - command->first;
    uint32_t count = command->count > lost ? command->count - lost : 0;
    uint32_t left = sensor->next - first;
    if (command->first - sensor->next < GAIT_RING_SAMPLES && command->first != oldest(sensor))
        first = sensor->next, lost = count = left = 0; /* not there yet */
    sensor->job_first = first;
    sensor->job_end = first + (count < left ? count : left);
    sensor->job_answer = *answer;
    sensor->job_answer.fields = 1;
    sensor->job_answer.result = lost ? GAIT_OVERWRITTEN : GAIT_OK;
    sensor->job_answer.first = first;
    sensor->job_answer.count = sensor->job_end - first;
    sensor->has_job = 1;
}

int gait_sensor_write(gait_sensor *sensor, const uint8_t *bytes, size_t size)
{
    gait_command command;
    gait_answer answer;
    uint32_t came_us = sensor->hal.clock_us(sensor->hal.user);
    memset(&answer, 0, sizeof answer);
    if (!gait_command_decode(&command, bytes, size))
        return 0;
    answer.op = command.op;
    answer.result = GAIT_OK;
    switch (command.op) {
    case GAIT_OP_START:
        start(sensor, &command, &answer);
        break;
    case GAIT_OP_STOP:
        sensor->hal.stop(sensor->hal.user);
        sensor->running = 0;
        break;
    case GAIT_OP_SYNC:
        answer.fields = 1;
        answer.t1_us = command.t1_us;
        answer.t2_us = came_us;
        break;
    case GAIT_OP_BACKFILL:
        if (sensor->has_job) {
            answer.result = GAIT_BUSY;
            break;
        }
        backfill(sensor, &command, &answer);
        return 1;
    case GAIT_OP_SET_SIDE:
        sensor->side = command.side;
        sensor->placement = command.placement;
        break;
    default:
        break; /* SET_NAME and IDENTIFY are for the board, if it likes */
    }
    sensor->answer = answer;
    sensor->has_answer = 1;
    gait_sensor_poll(sensor);
    return 1;
}

void gait_sensor_poll(gait_sensor *sensor)
{
    if (sensor->has_answer) {
        if (sensor->answer.op == GAIT_OP_SYNC)
            sensor->answer.t3_us = sensor->hal.clock_us(sensor->hal.user);
        sensor->has_answer = (uint8_t)!indicate(sensor, &sensor->answer);
    }
    while (sensor->next - sensor->sent >= GAIT_MAX_SAMPLES) {
        uint32_t went = send(sensor, sensor->sent, GAIT_MAX_SAMPLES, 0);
        if (!went)
            break;
        sensor->sent += went;
    }
    /* Nobody listens, or the queue is full: the newest wait, the others are for backfill. */
    if (sensor->next - sensor->sent > LIVE_WAITING * GAIT_MAX_SAMPLES)
        sensor->sent = sensor->next - LIVE_WAITING * GAIT_MAX_SAMPLES;
    if (!sensor->has_job)
        return;
    if (sensor->job_end != sensor->job_first) {
        if (sensor->job_first - oldest(sensor) > sensor->held)
            sensor->job_first = oldest(sensor); /* overwritten while it waited */
        sensor->job_first += send(sensor, sensor->job_first, sensor->job_end - sensor->job_first, GAIT_BACKFILL);
    } else if (indicate(sensor, &sensor->job_answer)) {
        sensor->has_job = 0;
    }
}

size_t gait_sensor_status(const gait_sensor *sensor, uint8_t *out, size_t room)
{
    gait_status status;
    memset(&status, 0, sizeof status);
    status.boot_id = sensor->boot_id;
    status.session_id = sensor->running ? sensor->session_id : 0;
    status.ring_samples = sensor->held;
    status.ring_first = oldest(sensor);
    status.ring_next = sensor->next;
    status.t_us = sensor->hal.clock_us(sensor->hal.user);
    status.overruns = sensor->overruns;
    status.rate_hz = sensor->rate_hz;
    status.acc_range_g = sensor->acc_range_g;
    status.gyr_range_dps = sensor->gyr_range_dps;
    status.side = sensor->side;
    status.placement = sensor->placement;
    status.running = sensor->running;
    status.config_id = sensor->config_id;
    status.battery_pct = sensor->hal.battery_pct(sensor->hal.user);
    memcpy(status.serial, sensor->serial, sizeof status.serial);
    memcpy(status.firmware, sensor->firmware, sizeof status.firmware);
    return gait_status_encode(&status, out, room);
}
