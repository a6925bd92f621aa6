"""An oracle without any JavaScript: judges fuzzed results and what became of them, one JSON object a line on stdin.

Each has the bytes of a result in base64, whether they are gzip, its number of columns, its number of rows where that is announced, and the
NDJSON that was written, or null where the run failed. Prints the lines it disagrees with, and last their number.
"""
import base64, json, struct, sys, zlib


class Unsound(Exception):
    pass


class Any:
    """What the text of a value is up to the format: timestamps, extensions, keys that are no texts."""

    def __eq__(self, other):
        return True


def unpack(data):
    out, data = b"", data
    while True:
        member = zlib.decompressobj(31)
        try:
            out += member.decompress(data)
        except zlib.error:
            raise Unsound
        if not member.eof:
            raise Unsound
        data = member.unused_data
        if not data.strip(b"\0"):
            return out
        if data[0] == 0:
            raise Unsound


NUMBERS = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
           0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
LENGTHS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4, 0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        piece = self.data[self.at:self.at + count]
        if len(piece) < count:
            raise Unsound
        self.at += count
        return piece

    def value(self, depth=0):
        t = self.take(1)[0]
        if t <= 0x7F or t >= 0xE0:
            return t if t <= 0x7F else t - 256
        if t in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[t]
        if t in NUMBERS:
            number = struct.unpack(NUMBERS[t], self.take(struct.calcsize(NUMBERS[t])))[0]
            return special(number) if isinstance(number, float) else number
        if t in LENGTHS:
            count = int.from_bytes(self.take(LENGTHS[t]), "big")
        elif t <= 0xBF:
            count = t & (31 if t >= 0xA0 else 15)
        elif 0xC7 <= t <= 0xC9:
            count = int.from_bytes(self.take(1 << (t - 0xC7)), "big")
            self.take(1 + count)
            return Any()
        elif 0xD4 <= t <= 0xD8:
            self.take(1 + (1 << (t - 0xD4)))
            return Any()
        else:
            raise Unsound
        if 0xA0 <= t <= 0xBF or 0xD9 <= t <= 0xDB:
            return self.take(count).decode("utf-8", "replace")
        if 0xC4 <= t <= 0xC6:
            return base64.b64encode(self.take(count)).decode()
        if depth > 64:
            raise Unsound
        if 0x90 <= t <= 0x9F or t in (0xDC, 0xDD):
            return [self.value(depth + 1) for _ in range(count)]
        return ("map", [(key(self.value(depth + 1)), self.value(depth + 1)) for _ in range(count)])


def key(value):
    return value if isinstance(value, str) else Any()


def special(number):
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def rows_of(case):
    data = base64.b64decode(case["bytes"])
    reader, rows = Reader(unpack(data) if case["packed"] else data), []
    while reader.at < len(reader.data):
        row = reader.value()
        if not isinstance(row, list) or len(row) != case["columns"]:
            raise Unsound
        rows.append(row)
    if case.get("rows", len(rows)) != len(rows):
        raise Unsound
    return rows


def agrees(case):
    try:
        rows = rows_of(case)
    except Unsound:
        return case["output"] is None
    if case["output"] is None:
        return False
    text = base64.b64decode(case["output"]).decode("utf-8")
    lines = [json.loads(line, object_pairs_hook=lambda pairs: ("map", pairs)) for line in text.split("\n")[:-1]]
    return lines == [("map", [(f"c{i}", cell) for i, cell in enumerate(row)]) for row in rows]


sys.setrecursionlimit(10_000)
count = 0
for line in sys.stdin:
    count += 1
    if not agrees(json.loads(line)):
        print("disagrees:", line[:2000])
print(count)
