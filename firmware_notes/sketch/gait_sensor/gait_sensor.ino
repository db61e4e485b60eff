/* A gait sensor from a board with an LSM6DS3TR-C or LSM6DSOX: Seeed XIAO nRF52840 Sense, Arduino Nano RP2040 Connect,
 * or any nRF52, ESP32 or SAMD board with such a part on I2C. Library: ArduinoBLE. See ../README.md for others.
 *
 * Copy gait_codec.h and gait_codec.c from ../../codec beside this file before building.
 */
#include <ArduinoBLE.h>
#include <Wire.h>

#include "gait_sensor.h"

static const char *const NAME = "Gait-01L"; /* ends in L or R */
static const uint8_t SIDE = 1;              /* 1 left, 2 right */
static const uint8_t PLACEMENT = 1;         /* 1 shoe, 2 shank */

/* LSM6DS registers. */
static const uint8_t IMU = 0x6A, WHO_AM_I = 0x0F, CTRL1_XL = 0x10, CTRL2_G = 0x11, CTRL3_C = 0x12;
static const uint8_t STATUS_REG = 0x1E, OUTX_L_G = 0x22;

BLEService service("8f3a0001-6c1d-4b52-9e07-5a6761697431");
BLECharacteristic data("8f3a0002-6c1d-4b52-9e07-5a6761697431", BLENotify, GAIT_DATA_MAX);
BLECharacteristic ctrl("8f3a0003-6c1d-4b52-9e07-5a6761697431", BLEWrite | BLEIndicate, GAIT_CTRL_MAX);
BLECharacteristic status("8f3a0004-6c1d-4b52-9e07-5a6761697431", BLERead, GAIT_STATUS_BYTES);
static gait_sensor sensor;

static void set(uint8_t reg, uint8_t value)
{
    Wire.beginTransmission(IMU);
    Wire.write(reg);
    Wire.write(value);
    Wire.endTransmission();
}

static bool get(uint8_t reg, uint8_t *bytes, size_t size)
{
    Wire.beginTransmission(IMU);
    Wire.write(reg);
    if (Wire.endTransmission(false) || Wire.requestFrom(IMU, size) != size)
        return false;
    for (size_t k = 0; k < size; k++)
        bytes[k] = (uint8_t)Wire.read();
    return true;
}

static uint32_t clock_us(void *) { return micros(); }

static int start_imu(void *, uint16_t rate_hz, uint16_t acc_range_g, uint16_t gyr_range_dps)
{
    uint8_t odr = rate_hz == 104 ? 0x40 : rate_hz == 208 ? 0x50 : rate_hz == 416 ? 0x60 : 0;
    if (!odr || acc_range_g != 16 || gyr_range_dps != 2000)
        return 0;
    set(CTRL3_C, 0x44);        /* registers hold still while read, addresses count up */
    set(CTRL1_XL, odr | 0x04); /* 16 g */
    set(CTRL2_G, odr | 0x0C);  /* 2000 deg/s */
    return 1;
}

static void stop_imu(void *)
{
    set(CTRL1_XL, 0);
    set(CTRL2_G, 0);
}

static int notify(void *, const uint8_t *bytes, size_t size)
{
    return BLE.connected() && data.subscribed() && data.writeValue(bytes, (int)size);
}

static int indicate(void *, const uint8_t *bytes, size_t size)
{
    return BLE.connected() && ctrl.writeValue(bytes, (int)size);
}

static uint8_t battery_pct(void *) { return 100; /* read your divider here */ }

/* Steps of the gyroscope are 70 mdps at 2000 deg/s: full scale is 2293.76, and the profile's is 2000. */
static int16_t to_profile(int16_t raw)
{
    int32_t scaled = ((int32_t)raw * 1147 + 500) / 1000;
    return (int16_t)(scaled > INT16_MAX ? INT16_MAX : scaled < INT16_MIN ? INT16_MIN : scaled);
}

static void take_sample()
{
    uint8_t ready = 0, raw[12];
    if (!sensor.running || !get(STATUS_REG, &ready, 1) || (ready & 3) != 3 || !get(OUTX_L_G, raw, sizeof raw))
        return;
    int16_t values[6], counts[6];
    for (int k = 0; k < 6; k++)
        values[k] = (int16_t)(raw[2 * k] | raw[2 * k + 1] << 8);
    for (int k = 0; k < 3; k++) {
        counts[k] = values[3 + k];
        counts[3 + k] = to_profile(values[k]);
    }
    gait_sensor_sample(&sensor, counts, micros());
}

static void refresh_status()
{
    uint8_t bytes[GAIT_STATUS_BYTES];
    status.writeValue(bytes, (int)gait_sensor_status(&sensor, bytes, sizeof bytes));
}

static void on_ctrl(BLEDevice, BLECharacteristic)
{
    gait_sensor_write(&sensor, ctrl.value(), (size_t)ctrl.valueLength());
    refresh_status();
}

void setup()
{
    const gait_hal hal = {nullptr, clock_us, start_imu, stop_imu, notify, indicate, battery_pct};
    uint8_t who = 0;
    Wire.begin();
    Wire.setClock(400000);
    while (!get(WHO_AM_I, &who, 1) || (who != 0x6A && who != 0x6C))
        delay(500); /* no part answers: see the wiring */
    gait_sensor_init(&sensor, &hal, micros() * 2654435761u, NAME);
    sensor.side = SIDE;
    sensor.placement = PLACEMENT;
    while (!BLE.begin())
        delay(500);
    BLE.setLocalName(NAME);
    BLE.setAdvertisedService(service);
    BLE.setConnectionInterval(12, 24); /* 15 to 30 ms */
    service.addCharacteristic(data);
    service.addCharacteristic(ctrl);
    service.addCharacteristic(status);
    BLE.addService(service);
    ctrl.setEventHandler(BLEWritten, on_ctrl);
    refresh_status();
    BLE.advertise();
}

void loop()
{
    static uint32_t refreshed_ms = 0;
    take_sample();
    BLE.poll();
    gait_sensor_poll(&sensor);
    if (millis() - refreshed_ms > 50) {
        refreshed_ms = millis();
        refresh_status();
    }
}
