"""Samples of a virtual runner, written the way other programs write theirs: headers, units, times, line ends.

Every writer takes ``(time_s, acc, gyr_dps)`` and returns the file's text. Only the forms are theirs.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import numpy as np

G = 9.80665
RAD = np.pi / 180.0
EPOCH_S = 1_767_225_600
"""2026-01-01T00:00:00Z."""


def table(head, columns, separator=",", decimals=6, end="\n"):
    """Lines of columns below a line of names; columns of text stay as they are."""
    cells = [
        [value if isinstance(value, str) else f"{value:.{decimals}f}" for value in column]
        for column in columns
    ]
    rows = (separator.join(row) for row in zip(*cells, strict=True))
    return end.join([head, *rows, ""])


def stamps(time_s, form="%Y-%m-%dT%H:%M:%S.%f", start=None):
    """Times as dates."""
    begin = start or datetime(2026, 1, 1, 10, 0, 0, tzinfo=UTC)
    return [(begin + timedelta(seconds=float(t))).strftime(form) for t in time_s]


def ngimu(t, acc, gyr):
    """X-io NGIMU."""
    head = "Time (s)," + ",".join(f"Gyroscope {a} (deg/s)" for a in "XYZ")
    head += "," + ",".join(f"Accelerometer {a} (g)" for a in "XYZ") + ",Barometer (hPa)"
    return table(head, [t, *gyr.T, *(acc / G).T, t])


def ximu3(t, acc, gyr):
    """X-io x-IMU3."""
    head = "Timestamp (us)," + ",".join(f"Gyroscope {a} (deg/s)" for a in "XYZ")
    head += "," + ",".join(f"Accelerometer {a} (g)" for a in "XYZ")
    return table(head, [[f"{x * 1e6:.0f}" for x in t], *gyr.T, *(acc / G).T])


def androsensor(t, acc, gyr):
    """AndroSensor."""
    names = [
        f"{kind} {a} ({unit})"
        for kind, unit in (
            ("ACCELEROMETER", "m/s²"),
            ("GRAVITY", "m/s²"),
            ("LINEAR ACCELERATION", "m/s²"),
            ("GYROSCOPE", "rad/s"),
        )
        for a in "XYZ"
    ]
    head = "sep=;\n" + ";".join(
        [*names, "LOCATION Latitude : ", "Time since start in ms ", "YYYY-MO-DD HH-MI-SS_SSS"]
    )
    gravity = np.tile([0.0, 0.0, G], (len(t), 1))
    text = ["2026-01-01 10-00-00_000"] * len(t)
    return table(
        head,
        [*acc.T, *gravity.T, *(acc - gravity).T, *(gyr * RAD).T, t * 0, [f"{x * 1e3:.0f}" for x in t], text],
        ";",
        9,
    )


def mt_manager(t, acc, gyr):
    """Xsens MT Manager with an empty time; its counter wraps."""
    head = "// Start Time: Unknown\n// Update Rate: 100.0Hz\n// Filter Profile: human\n"
    head += "PacketCounter\tSampleTimeFine\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z"
    count = [f"{(i + 65500) % 65536}" for i in range(len(t))]
    return table(head, [count, [""] * len(t), *acc.T, *(gyr * RAD).T], "\t", 9)


def mt_manager_ticks(t, acc, gyr):
    """Xsens MT Manager with ticks of 10 kHz that wrap."""
    head = "// Start Time: Unknown\n// Update Rate: 100.0Hz\n"
    head += "PacketCounter\tSampleTimeFine\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z"
    ticks = [f"{(round(float(x) * 1e4) + 2**32 - 5000) % 2**32}" for x in t]
    return table(head, [[str(i) for i in range(len(t))], ticks, *acc.T, *(gyr * RAD).T], "\t", 9)


def movesense(t, acc, gyr, size=8):
    """Movesense JSON, whole milliseconds a packet."""
    packets = []
    for k in range(0, len(t) - size + 1, size):
        rows = range(k, k + size)
        triples = [
            [dict(zip("xyz", map(float, np.round(values[i], 6)), strict=True)) for i in rows]
            for values in (acc, gyr)
        ]
        packets.append(
            {"imu6": {"Timestamp": round(float(t[k]) * 1e3), "ArrayAcc": triples[0], "ArrayGyro": triples[1]}}
        )
    return json.dumps({"data": packets})


WIT = [*(f"Acc{a}(g)" for a in "XYZ"), *(f"As{a}(°/s)" for a in "XYZ"), *(f"Angle{a}(°)" for a in "XYZ")]


def witmotion(t, acc, gyr, names=("WT901(aa)",)):
    """WitMotion, a column of devices."""
    head = "\t".join(["time", "DeviceName", "ChipTime()", *WIT])
    device = [names[i % len(names)] for i in range(len(t))]
    text = [stamp[:-3] for stamp in stamps(t)]
    return table(head, [text, device, ["null"] * len(t), *(acc / G).T, *gyr.T, *gyr.T], "\t")


def gaitmap(t, acc, gyr):
    """Gaitmap, two sensors in a row."""
    head = "time," + ",".join(
        f"{s}_sensor_{k}_{a}" for s in ("left", "right") for k in ("acc", "gyr") for a in "xyz"
    )
    return table(head, [t, *acc.T, *gyr.T, *(acc[::-1]).T, *(gyr[::-1]).T])


def two_line_header(t, acc, gyr):
    """Pandas, sensor above axis."""
    first = "," + ",".join(["left_sensor"] * 6)
    second = "time [s]," + ",".join(f"{k}_{a}" for k in ("acc", "gyr") for a in "xyz")
    return table(f"{first}\n{second}", [t, *acc.T, *gyr.T])


def apdm(t, acc, gyr):
    """APDM."""
    head = "Time (us)," + ",".join(f"Acceleration {a} (m/s^2)" for a in "XYZ")
    head += (
        ","
        + ",".join(f"Angular Velocity {a} (rad/s)" for a in "XYZ")
        + ","
        + ",".join(f"Magnetic Field {a} (uT)" for a in "XYZ")
    )
    return table(
        head, [[f"{(EPOCH_S + x) * 1e6:.0f}" for x in t], *acc.T, *(gyr * RAD).T, *gyr.T], decimals=9
    )


def delsys(t, acc, gyr):
    """Delsys, a time before each channel."""
    names, columns = [], []
    for kind, unit, values in (("ACC", "g", acc / G), ("GYRO", "deg/s", gyr)):
        for axis, a in enumerate("XYZ"):
            names += ["X[s]", f"Trigno IM sensor 1: {kind} {a} 1 [{unit}]"]
            columns += [t, values[:, axis]]
    return table("Sampling frequency: 100 Hz\n" + ",".join(f'"{n}"' for n in names), columns)


def noraxon(t, acc, gyr):
    """Noraxon, side behind the axis."""
    names = [
        "time,s",
        *(f"Foot Accel Sensor {a} LT,mG" for a in "XYZ"),
        *(f"Foot Gyro {a} LT,deg/s" for a in "XYZ"),
    ]
    return table(",".join(f'"{n}"' for n in names), [t, *(1e3 * acc / G).T, *gyr.T])


def blue_trident(t, acc, gyr):
    """Vicon Blue Trident."""
    head = "unix_timestamp_microsec,time_s,ax_m/s/s,ay_m/s/s,az_m/s/s,gx_deg/s,gy_deg/s,gz_deg/s,mx_microT"
    return table(head, [[f"{(EPOCH_S + x) * 1e6:.0f}" for x in t], t, *acc.T, *gyr.T, t])


def axivity(t, acc, gyr):
    """Axivity."""
    head = "Time,Accel-X (g), Accel-Y (g), Accel-Z (g), Gyro-X (d/s), Gyro-Y (d/s), Gyro-Z (d/s)"
    return table(head, [[s[:-3] for s in stamps(t, "%Y-%m-%d %H:%M:%S.%f")], *(acc / G).T, *gyr.T])


def nameless(t, acc, gyr):
    """GENEActiv, no column names."""
    head = "Device Type,GENEActiv\nMeasurement Frequency,100 Hz\nUnits,g\n" + "\n".join(
        "Note," for _ in range(96)
    )
    colon = [s[:-3] for s in stamps(t, "%Y-%m-%d %H:%M:%S:%f")]
    del gyr
    return table(head, [colon, *(acc / G).T, t * 0, t * 0, t * 0 + 24.2])


def shimmer_dates(t, acc, gyr):
    """Shimmer Consensys with dates."""
    names = [
        "Timestamp_FormattedUnix_CAL",
        *(f"Accel_WR_{a}_CAL" for a in "XYZ"),
        *(f"Gyro_{a}_CAL" for a in "XYZ"),
    ]
    head = '"sep=\t"\n' + "\t".join(f"Shimmer_B2_{name}" for name in names) + "\t\n"
    head += "\t".join(["yyyy/mm/dd hh:mm:ss.000", *["m/(s^2)"] * 3, *["deg/s"] * 3]) + "\t"
    text = [s[:-3] for s in stamps(t, "%Y/%m/%d %H:%M:%S.%f")]
    return table(head, [text, *acc.T, *gyr.T, [""] * len(t)], "\t")


def sensor_log_motion(t, acc, gyr):
    """SensorLog without the raw accelerometer."""
    names = [
        "motionTimestamp_sinceReboot(s)",
        *(f"motionUserAcceleration{a}(G)" for a in "XYZ"),
        *(f"motionGravity{a}(G)" for a in "XYZ"),
        *(f"motionRotationRate{a}(rad/s)" for a in "XYZ"),
    ]
    gravity = np.tile([0.0, 0.0, 1.0], (len(t), 1))
    return table(
        ",".join(names), [5000 + t, *(-(acc / G - gravity)).T, *(-gravity).T, *(gyr * RAD).T], decimals=9
    )


def feet(t, acc, gyr):
    """Feet and milliseconds."""
    return table(
        "time_ms,acc_x [ft/s^2],acc_y [ft/s^2],acc_z [ft/s^2],gyr_x [deg/s],gyr_y [deg/s],gyr_z [deg/s]",
        [t * 1e3, *(acc / 0.3048).T, *gyr.T],
    )


def short_names(t, acc, gyr):
    """Letters and no units."""
    return table("t,ax,ay,az,gx,gy,gz", [t, *acc.T, *gyr.T])


def seconds_and_ms(t, acc, gyr):
    """Whole seconds and milliseconds apart."""
    whole = np.floor(t + 1e-9)
    part = [f"{round((x - w) * 1e3):.0f}" for x, w in zip(t, whole, strict=True)]
    return table(
        "timestamp,ms,AccX,AccY,AccZ,GyroX,GyroY,GyroZ",
        [[f"{EPOCH_S + w:.0f}" for w in whole], part, *acc.T, *gyr.T],
    )


def zoned(t, acc, gyr):
    """Dates with a zone."""
    text = [s[:-3] + "+02:00" for s in stamps(t)]
    return table("datetime,accel_x,accel_y,accel_z,gyro_x,gyro_y,gyro_z", [text, *(acc / G).T, *gyr.T])


def clock_over_midnight(t, acc, gyr):
    """A time of day over midnight."""
    text = [s[:-3] for s in stamps(t, "%H:%M:%S.%f", datetime(2026, 1, 1, 23, 59, 57, tzinfo=UTC))]
    return table(
        "Time,Acc X (m/s2),Acc Y (m/s2),Acc Z (m/s2),Gyr X (rad/s),Gyr Y (rad/s),Gyr Z (rad/s)",
        [text, *acc.T, *(gyr * RAD).T],
        decimals=9,
    )


def sensor_logger(t, acc, gyr, *, sign=1.0, platform=None):
    """Files of an export without TotalAcceleration, by name."""
    del platform
    nanos = [f"{EPOCH_S * 10**9 + round(float(x) * 1e9)}" for x in t]
    gravity = np.tile([0.3, 0.4, 9.0], (len(t), 1))
    head = "time,seconds_elapsed,z,y,x"
    return {
        "Accelerometer.csv": table(head, [nanos, t, *(sign * (acc - gravity))[:, ::-1].T], decimals=9),
        "Gravity.csv": table(head, [nanos, t, *(sign * gravity)[:, ::-1].T], decimals=9),
        "Gyroscope.csv": table(head, [nanos, t, *(gyr * RAD)[:, ::-1].T], decimals=9),
        "Annotation.csv": "time,seconds_elapsed,text\n",
    }


METADATA = "version,device name,recording epoch time,platform,standardisation\n3,phone,1767225600000,{},{}\n"


def packed(files):
    """Bytes of a zip of some files by name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()
