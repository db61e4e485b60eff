"""Words of column names, as programs write them in many languages, in small letters and without accents."""

from __future__ import annotations

__all__ = [
    "ACC_WORDS",
    "CLOCK_LETTERS",
    "COUNTER_WORDS",
    "DATE_NAMES",
    "DEVICE_WORDS",
    "FILLERS",
    "FOREIGN",
    "GRAVITY_WORDS",
    "GYR_PAIRS",
    "GYR_WORDS",
    "KINDS",
    "LABVIEW_TIME",
    "LINEAR_WORDS",
    "OTHER_WORDS",
    "PLACE_WORDS",
    "RATE_WORDS",
    "TIME_LEFT",
    "TIME_WORDS",
]


def _set(words: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(words.split())


ACC_WORDS = _set(
    "acc accel accelero accelerometer acceleration accelerations accelerometers a beschleunigung "
    "beschleunigungssensor accelerometre aceleracion acelerometro accelerazione accelerometro aceleracao "
    "versnelling beschl przyspieszenie akcelerometr zrychleni ivme ivmeolcer kiihtyvyys akselerasjon "
    "gyorsulas ubrzanje acceleratie accelerometru ускорение акселерометр"
)
"""Also as phyphox and other apps write them in other languages, without accents."""
GYR_WORDS = _set(
    "gyr gyro gyros gyroscope gyroscopes omega w as avel angvel angularvelocity gyroskop drehrate "
    "winkelgeschwindigkeit drehgeschwindigkeit gyrometre giroscopio giroscoop hoeksnelheid zyroskop "
    "gyroskopet jiroskop gyroskooppi ziroskop giroszkop гироскоп"
)
GYR_PAIRS = (
    ("angular", "velocity"),
    ("angular", "rate"),
    ("rotation", "rate"),
    ("turn", "rate"),
    ("ang", "vel"),
    ("rate", "turn"),
    ("vitesse", "angulaire"),
    ("vitesse", "rotation"),
    ("velocidad", "angular"),
    ("velocidade", "angular"),
    ("velocita", "angolare"),
)
RATE_WORDS = _set(
    "rotation rate velocity angular turn ang vel vitesse angulaire velocidad velocidade velocita angolare"
)
LINEAR_WORDS = _set(
    "linear lin user free linacc linaccel linearacceleration useracceleration freeacc lineare lineaire "
    "lineal lineaal"
)
GRAVITY_WORDS = _set("gravity grav schwerkraft gravite gravedad gravita")
TIME_WORDS = _set(
    "time timestamp timestamps t elapsed epoch epoc ts datetime clock milliseconds millis "
    "microseconds micros nanoseconds seconds sampletimefine sec zeit zeitstempel temps horodatage tiempo "
    "tempo tijd czas cas tid zaman aika ido vrijeme timp время secs ticks uhrzeit heure fecha hora ora "
    "klokkeslett tidpunkt"
)
DATE_NAMES = _set("date dateandtime unixtime datum dato fecha tarih дата data")
"""Names that are a time's where they stand alone."""
LABVIEW_TIME = "x_value"
"""Name of the seconds in LabVIEW's measurement files."""

CLOCK_LETTERS = _set("hh h mm mi m ss s ms sss ssssss yyyy yy mo mon dd d")
"""Words of a name such as ``hh:mm:ss.ms``, which shows how a time is written."""
FOREIGN = (
    ("角速度", "gyro"),
    ("加速度", "acc"),
    ("时间", "time"),
    ("時間", "time"),
    ("각속도", "gyro"),
    ("가속도", "acc"),
    ("시간", "time"),
)
"""Signs of words that programs of the Far East write."""
COUNTER_WORDS = _set(
    "counter packetcounter sample samples frame index packet count row framenumber samplenumber seq sequence"
)
DEVICE_WORDS = _set(
    "device devicename deviceid sensor sensorid sensorname sensortype messagetype type node nodeid mac "
    "serial placement position location side foot leg limb bodypart bodyside segment"
)
PLACE_WORDS = _set(
    "left right l r lt rt lf rf foot feet shoe instep heel shank tibia ankle calf pelvis waist hip trunk "
    "chest sternum back wrist arm forearm hand head thigh knee leg"
)
"""Words of a name that say where a sensor sits."""
OTHER_WORDS = _set(
    "mag magn magnet magnetometer quat quaternion q euler roll pitch yaw angle angles orientation "
    "temp temperature pressure baro barometer heading position velocity emg jerk heart light battery "
    "humidity altitude latitude longitude speed steps rot sd std mean variance accuracy norm "
    "magnitude delta inc dv dq bias offset"
)
FILLERS = _set(
    "sensor imu data raw cal uncal calibrated uncalibrated motion value values total meas body device "
    "the in of signal channel axis sensors reading im inertial with since start reboot unix sync "
    "local utc system"
)
KINDS = _set("ln wr lowg highg hg lg low high noise wide range raw uncal uncalibrated")
"""Words that tell apart several accelerometers of one device; they are no part of its name."""
TIME_LEFT = _set(
    "header field sample fine formatted chip stamp date rel relative abs absolute ticks since gmt"
)
"""Words of a time's name that are no device."""
