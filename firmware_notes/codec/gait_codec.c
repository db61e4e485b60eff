#include "gait_codec.h"

#include <string.h>

/* Little-endian, a byte at a time: right on any processor and at any alignment. */

static uint8_t *put(uint8_t *out, uint64_t value, unsigned bytes)
{
    unsigned i;
    for (i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(value >> (8u * i));
    }
    return out + bytes;
}

static uint64_t get(const uint8_t **in, unsigned bytes)
{
    uint64_t value = 0;
    unsigned i;
    for (i = 0; i < bytes; i++) {
        value |= (uint64_t)(*in)[i] << (8u * i);
    }
    *in += bytes;
    return value;
}

static int16_t signed16(uint16_t raw)
{
    return (int16_t)(raw < 0x8000u ? (int)raw : (int)raw - 0x10000);
}

static int known_rate(uint16_t rate_hz)
{
    return rate_hz == 104u || rate_hz == 208u || rate_hz == 416u;
}

static int known_op(unsigned op)
{
    return op >= GAIT_OP_START && op <= GAIT_OP_SET_SIDE;
}

/* Length of the UTF-8 sequence that begins with `head`; 0 if none does. */
static size_t sequence(uint8_t head)
{
    if (head < 0x80u) {
        return 1;
    }
    if (head >= 0xC2u && head <= 0xDFu) {
        return 2;
    }
    if (head >= 0xE0u && head <= 0xEFu) {
        return 3;
    }
    return head >= 0xF0u && head <= 0xF4u ? 4 : 0;
}

/* Shortest forms only, no surrogates, nothing beyond U+10FFFF (RFC 3629). */
static int is_utf8(const uint8_t *text, size_t size)
{
    size_t i = 0;
    while (i < size) {
        size_t length = sequence(text[i]);
        size_t k;
        if (length == 0 || length > size - i) {
            return 0;
        }
        for (k = 1; k < length; k++) {
            if ((text[i + k] & 0xC0u) != 0x80u) {
                return 0;
            }
        }
        if ((text[i] == 0xE0u && text[i + 1] < 0xA0u) || (text[i] == 0xEDu && text[i + 1] > 0x9Fu) ||
            (text[i] == 0xF0u && text[i + 1] < 0x90u) || (text[i] == 0xF4u && text[i + 1] > 0x8Fu)) {
            return 0;
        }
        i += length;
    }
    return 1;
}

size_t gait_data_encode(const gait_data *packet, uint8_t *out, size_t room)
{
    size_t size = GAIT_DATA_HEADER + (size_t)packet->n * GAIT_SAMPLE_BYTES;
    unsigned i, axis;
    if (packet->n < 1u || packet->n > GAIT_MAX_SAMPLES || packet->period_q == 0u || room < size) {
        return 0;
    }
    out = put(out, GAIT_DATA_TYPE, 1);
    out = put(out, packet->flags & (unsigned)GAIT_KNOWN_FLAGS, 1);
    out = put(out, packet->seq, 2);
    out = put(out, packet->index, 4);
    out = put(out, packet->t_us, 4);
    out = put(out, packet->n, 1);
    out = put(out, packet->config_id, 1);
    out = put(out, packet->period_q, 2);
    for (i = 0; i < packet->n; i++) {
        for (axis = 0; axis < 6u; axis++) {
            out = put(out, (uint16_t)packet->counts[i][axis], 2);
        }
    }
    return size;
}

int gait_data_decode(gait_data *packet, const uint8_t *in, size_t size)
{
    unsigned i, axis;
    if (size < GAIT_DATA_HEADER + GAIT_SAMPLE_BYTES || in[0] != GAIT_DATA_TYPE) {
        return 0;
    }
    in += 1;
    packet->flags = (uint8_t)(get(&in, 1) & (unsigned)GAIT_KNOWN_FLAGS);
    packet->seq = (uint16_t)get(&in, 2);
    packet->index = (uint32_t)get(&in, 4);
    packet->t_us = (uint32_t)get(&in, 4);
    packet->n = (uint8_t)get(&in, 1);
    packet->config_id = (uint8_t)get(&in, 1);
    packet->period_q = (uint16_t)get(&in, 2);
    packet->reserved = 0;
    if (packet->n < 1u || packet->n > GAIT_MAX_SAMPLES || packet->period_q == 0u ||
        size != GAIT_DATA_HEADER + (size_t)packet->n * GAIT_SAMPLE_BYTES) {
        return 0;
    }
    for (i = 0; i < packet->n; i++) {
        for (axis = 0; axis < 6u; axis++) {
            packet->counts[i][axis] = signed16((uint16_t)get(&in, 2));
        }
    }
    return 1;
}

static size_t command_size(const gait_command *command)
{
    switch (command->op) {
    case GAIT_OP_START:
        return 11;
    case GAIT_OP_SYNC:
    case GAIT_OP_BACKFILL:
        return 9;
    case GAIT_OP_SET_NAME:
        return 1u + (size_t)command->name_size;
    case GAIT_OP_SET_SIDE:
        return 3;
    default:
        return 1;
    }
}

size_t gait_command_encode(const gait_command *command, uint8_t *out, size_t room)
{
    size_t size = command_size(command);
    if (!known_op(command->op) || room < size) {
        return 0;
    }
    if (command->op == GAIT_OP_SET_NAME && (command->name_size < 1u || command->name_size > GAIT_NAME_MAX)) {
        return 0;
    }
    out = put(out, command->op, 1);
    switch (command->op) {
    case GAIT_OP_START:
        out = put(out, command->rate_hz, 2);
        out = put(out, command->acc_range_g, 2);
        out = put(out, command->gyr_range_dps, 2);
        put(out, command->session_id, 4);
        break;
    case GAIT_OP_SYNC:
        put(out, command->t1_us, 8);
        break;
    case GAIT_OP_BACKFILL:
        out = put(out, command->first, 4);
        put(out, command->count, 4);
        break;
    case GAIT_OP_SET_NAME:
        memcpy(out, command->name, command->name_size);
        break;
    case GAIT_OP_SET_SIDE:
        out = put(out, command->side, 1);
        put(out, command->placement, 1);
        break;
    default:
        break;
    }
    return size;
}

int gait_command_decode(gait_command *command, const uint8_t *in, size_t size)
{
    memset(command, 0, sizeof *command);
    if (size < 1u || !known_op(in[0])) {
        return 0;
    }
    command->op = in[0];
    if (command->op == GAIT_OP_SET_NAME) {
        if (size - 1u < 1u || size - 1u > GAIT_NAME_MAX || !is_utf8(in + 1, size - 1u)) {
            return 0;
        }
        command->name_size = (uint8_t)(size - 1u);
        memcpy(command->name, in + 1, size - 1u);
        return 1;
    }
    if (size != command_size(command)) {
        return 0;
    }
    in += 1;
    switch (command->op) {
    case GAIT_OP_START:
        command->rate_hz = (uint16_t)get(&in, 2);
        command->acc_range_g = (uint16_t)get(&in, 2);
        command->gyr_range_dps = (uint16_t)get(&in, 2);
        command->session_id = (uint32_t)get(&in, 4);
        return known_rate(command->rate_hz) && command->acc_range_g != 0u && command->gyr_range_dps != 0u &&
               command->session_id != 0u;
    case GAIT_OP_SYNC:
        command->t1_us = get(&in, 8);
        return 1;
    case GAIT_OP_BACKFILL:
        command->first = (uint32_t)get(&in, 4);
        command->count = (uint32_t)get(&in, 4);
        return 1;
    case GAIT_OP_SET_SIDE:
        command->side = (uint8_t)get(&in, 1);
        command->placement = (uint8_t)get(&in, 1);
        return command->side <= 2u && command->placement <= 2u;
    default:
        return 1;
    }
}

/* Bytes of an answer's fields. */
static size_t answer_fields(const gait_answer *answer)
{
    if (answer->op == GAIT_OP_START) {
        return answer->result == GAIT_OK ? 5 : 0;
    }
    if (answer->op == GAIT_OP_SYNC) {
        return answer->fields ? 16 : 0;
    }
    return answer->op == GAIT_OP_BACKFILL && answer->fields ? 8 : 0;
}

size_t gait_answer_encode(const gait_answer *answer, uint8_t *out, size_t room)
{
    size_t fields = answer_fields(answer);
    if (!known_op(answer->op) || answer->result > GAIT_OVERWRITTEN || room < 2u + fields) {
        return 0;
    }
    out = put(out, GAIT_ANSWER_BIT | answer->op, 1);
    out = put(out, answer->result, 1);
    if (fields == 5u) {
        out = put(out, answer->config_id, 1);
        put(out, answer->t0_us, 4);
    } else if (fields == 16u) {
        out = put(out, answer->t1_us, 8);
        out = put(out, answer->t2_us, 4);
        put(out, answer->t3_us, 4);
    } else if (fields == 8u) {
        out = put(out, answer->first, 4);
        put(out, answer->count, 4);
    }
    return 2u + fields;
}

int gait_answer_decode(gait_answer *answer, const uint8_t *in, size_t size)
{
    memset(answer, 0, sizeof *answer);
    if (size < 2u || !known_op(in[0] ^ GAIT_ANSWER_BIT) || in[1] > GAIT_OVERWRITTEN) {
        return 0;
    }
    answer->op = (uint8_t)(in[0] ^ GAIT_ANSWER_BIT);
    answer->result = in[1];
    in += 2;
    if (answer->op == GAIT_OP_SYNC || answer->op == GAIT_OP_BACKFILL) {
        answer->fields = size > 2u;
    } else if (answer->op == GAIT_OP_START) {
        answer->fields = answer->result == GAIT_OK;
    }
    if (size != 2u + answer_fields(answer)) {
        return 0;
    }
    if (answer->op == GAIT_OP_START && answer->fields) {
        answer->config_id = (uint8_t)get(&in, 1);
        answer->t0_us = (uint32_t)get(&in, 4);
    } else if (answer->op == GAIT_OP_SYNC && answer->fields) {
        answer->t1_us = get(&in, 8);
        answer->t2_us = (uint32_t)get(&in, 4);
        answer->t3_us = (uint32_t)get(&in, 4);
    } else if (answer->op == GAIT_OP_BACKFILL && answer->fields) {
        answer->first = (uint32_t)get(&in, 4);
        answer->count = (uint32_t)get(&in, 4);
    }
    return 1;
}

size_t gait_status_encode(const gait_status *status, uint8_t *out, size_t room)
{
    if (room < GAIT_STATUS_BYTES || status->side > 2u || status->placement > 2u) {
        return 0;
    }
    out = put(out, GAIT_STATUS_VERSION, 1);
    out = put(out, status->side, 1);
    out = put(out, status->placement, 1);
    out = put(out, (status->running ? 1u : 0u) | (status->charging ? 2u : 0u), 1);
    out = put(out, status->rate_hz, 2);
    out = put(out, status->acc_range_g, 2);
    out = put(out, status->gyr_range_dps, 2);
    out = put(out, status->config_id, 1);
    out = put(out, status->battery_pct, 1);
    out = put(out, status->boot_id, 4);
    out = put(out, status->session_id, 4);
    out = put(out, status->ring_samples, 4);
    out = put(out, status->ring_first, 4);
    out = put(out, status->ring_next, 4);
    out = put(out, status->t_us, 4);
    out = put(out, status->overruns, 4);
    memcpy(out, status->serial, sizeof status->serial);
    memcpy(out + sizeof status->serial, status->firmware, sizeof status->firmware);
    return GAIT_STATUS_BYTES;
}

int gait_status_decode(gait_status *status, const uint8_t *in, size_t size)
{
    uint8_t bits;
    if (size < GAIT_STATUS_BYTES || in[0] != GAIT_STATUS_VERSION) {
        return 0;
    }
    in += 1;
    status->side = (uint8_t)get(&in, 1);
    status->placement = (uint8_t)get(&in, 1);
    bits = (uint8_t)get(&in, 1);
    status->running = bits & 1u;
    status->charging = (bits >> 1) & 1u;
    status->rate_hz = (uint16_t)get(&in, 2);
    status->acc_range_g = (uint16_t)get(&in, 2);
    status->gyr_range_dps = (uint16_t)get(&in, 2);
    status->config_id = (uint8_t)get(&in, 1);
    status->battery_pct = (uint8_t)get(&in, 1);
    status->boot_id = (uint32_t)get(&in, 4);
    status->session_id = (uint32_t)get(&in, 4);
    status->ring_samples = (uint32_t)get(&in, 4);
    status->ring_first = (uint32_t)get(&in, 4);
    status->ring_next = (uint32_t)get(&in, 4);
    status->t_us = (uint32_t)get(&in, 4);
    status->overruns = (uint32_t)get(&in, 4);
    memcpy(status->serial, in, sizeof status->serial);
    memcpy(status->firmware, in + sizeof status->serial, sizeof status->firmware);
    return status->side <= 2u && status->placement <= 2u && status->battery_pct <= 100u &&
           known_rate(status->rate_hz) && status->acc_range_g != 0u && status->gyr_range_dps != 0u;
}
