"""What is said for what is written: abbreviations, units, money, letters. Data for engine/normalise.py."""

from __future__ import annotations

# With their full stop before a capital ("Gen. Lee"); they do not end a sentence.
TITLES = {
    "Mr": "Mister",
    "Mrs": "Mrs",
    "Ms": "Miz",
    "Dr": "Doctor",
    "Prof": "Professor",
    "Gen": "General",
    "Col": "Colonel",
    "Maj": "Major",
    "Capt": "Captain",
    "Cpt": "Captain",
    "Cmdr": "Commander",
    "Lt": "Lieutenant",
    "Sgt": "Sergeant",
    "Cpl": "Corporal",
    "Pvt": "Private",
    "Rev": "Reverend",
    "Hon": "Honourable",
    "Gov": "Governor",
    "Sen": "Senator",
    "Rep": "Representative",
    "Pres": "President",
    "Mt": "Mount",
    "Ft": "Fort",
    "St": "Saint",
}

TITLES_WITHOUT_STOP = ("Mr", "Mrs", "Ms", "Dr", "Prof", "Capt", "Lt", "Sgt", "Cpl", "Pvt", "St")

# With their full stop; they do not end a sentence.
ABBREVIATIONS = {
    "vs": "versus",
    "approx": "approximately",
    "incl": "including",
    "e.g": "for example",
    "i.e": "that is",
}

# With their full stop; it is kept where it ends the sentence as well.
CLOSING_ABBREVIATIONS = {
    "etc": "et cetera",
    "dept": "department",
    "Jr": "Junior",
    "Sr": "Senior",
    "Inc": "Incorporated",
    "Ltd": "Limited",
    "Corp": "Corporation",
    "Bros": "Brothers",
    "Ave": "Avenue",
    "Blvd": "Boulevard",
    "Rd": "Road",
    "St": "Street",
    "a.m": "A-M",
    "p.m": "P-M",
    "A.M": "A-M",
    "P.M": "P-M",
}

# With their full stop and a number behind them.
NUMBERED_ABBREVIATIONS = {
    "No": "Number",
    "Nos": "Numbers",
    "no": "number",
    "vol": "volume",
    "ch": "chapter",
    "Vol": "Volume",
    "Ch": "Chapter",
    "fig": "figure",
    "Fig": "Figure",
    "Sec": "Section",
    "Ep": "Episode",
    "Pt": "Part",
    "sec": "section",
    "p": "page",
    "pp": "pages",
    "ep": "episode",
    "pt": "part",
}

MONTHS = {
    name[:length]: name
    for name in ("January February March April May June July August September October November December".split())
    for length in {3, len(name)}
} | {"Sept": "September"}
MONTH_NAMES = tuple(dict.fromkeys(MONTHS[m] for m in "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()))

# Roman numerals are read after these, as "Henry the eighth" and "chapter four".
MONARCHS = frozenset(
    "Alexander Benedict Catherine Charles Clement Edward Elizabeth Francis Frederick George Gregory Gustav Henry"
    " Innocent Ivan James John Leo Leopold Louis Mary Napoleon Nicholas Otto Paul Peter Philip Pius Ptolemy Ramses"
    " Richard Rudolf Theodore Urban Victor Wilhelm William".split()
)
NUMBERED = frozenset(
    "act appendix article bay book chapter class episode figure grade level mark mission lesson part phase plan point"
    " scene season section sector stage team tier type unit vitamin vol volume war".split()
)

CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
}
MAGNITUDES = {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion", "B": "billion"}

UNITS = {
    "dB": ("decibel", "decibels"),
    "dBFS": ("decibel full scale", "decibels full scale"),
    "LUFS": ("LUFS", "LUFS"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "ns": ("nanosecond", "nanoseconds"),
    "us": ("microsecond", "microseconds"),
    "ms": ("millisecond", "milliseconds"),
    "msec": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "nm": ("nanometer", "nanometers"),
    "um": ("micrometer", "micrometers"),
    "mm": ("millimeter", "millimeters"),
    "cm": ("centimeter", "centimeters"),
    "m": ("meter", "meters"),
    "km": ("kilometer", "kilometers"),
    "mi": ("mile", "miles"),
    "ft": ("foot", "feet"),
    "yd": ("yard", "yards"),
    "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"),
    "kg": ("kilogram", "kilograms"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "l": ("liter", "liters"),
    "L": ("liter", "liters"),
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "kmh": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "m/s": ("meter per second", "meters per second"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "bpm": ("beat per minute", "beats per minute"),
    "BPM": ("beat per minute", "beats per minute"),
    "fps": ("frame per second", "frames per second"),
    "FPS": ("frame per second", "frames per second"),
    "kB": ("kilobyte", "kilobytes"),
    "KB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"),
    "MW": ("megawatt", "megawatts"),
    "V": ("volt", "volts"),
    "kV": ("kilovolt", "kilovolts"),
    "¢": ("cent", "cents"),
    "px": ("pixel", "pixels"),
    "%": ("percent", "percent"),
    "°": ("degree", "degrees"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
}

SYMBOLS = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "@": "at",
    "%": "percent",
    "°": "degrees",
    "×": "times",
    "÷": "divided by",
    "±": "plus or minus",
    "§": "section",
}

# espeak-ng reads these as words ("vip", "ask" for OSC); people spell them.
SPELLED = frozenset(
    "AA AAX ADR ADSR AKA AOE APC ASMR ATF AWS BA CFO CLI COO DEA DOA DOB EKG EMP EOD EPA EQ ESP ETA ETD ICBM ICU IDE"
    " IED IQ IRA IRL ISS KIA LED MIA OSC OST POV RAF SAS SOS UAE UAV UFC USN USS UX VIP VO".split()
)
LETTER_PLURALS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ays bees sees dees ees effs gees aitches eyes jays kays ells ems ens ohs pees cues ars esses tees yous vees "
        "double-yous exes whys zees".split(),
        strict=True,
    )
)

# espeak-ng reads "IT" and "US" as letters; in a shouted line they are the words.
SHOUTED = frozenset(("IT", "IT'S", "US", "UN"))

# Sounds that espeak-ng would spell out or misread, and stretched words whose vowel is not the doubled one.
INTERJECTIONS = {
    "h+m+": "hmm",
    "m{2,}": "hmm",
    "mm*-?hm+": "uh-huh",
    "s+h+": "shush",
    "g+r+": "gur",
    "b+r+": "burr",
    "p+f+t*": "pift",
    "p+s+t+": "pist",
    "t+s+k+": "tisk",
    "z{2,}": "zuz",
    "e+w+": "ee-you",
    "a+w{2,}": "aw",
    "a{3,}(r*g*h*)": r"a\1",
    "o{3,}h*": "ooh",
    "oh{2,}": "oh",
    "y+e{3,}(s+|a+h+)": r"ye\1",
    "(n|s|g|whoa|hell?)o{3,}": r"\1o",
    "(w)h?o+a{3,}h*": "whoa",
    "(h)e{3,}y+|he+y{2,}": "hey",
    "h+e{3,}l+p+": "help",
    "ple{3,}a*se+|please{2,}": "please",
}
