"""Line protocol as a reader of its own takes it apart: what Firn writes is not judged by Firn's parser."""


def unescaped(text, characters):
    out, at = [], 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text) and text[at + 1] in characters:
            at += 1
        out.append(text[at])
        at += 1
    return "".join(out)


def until(text, at, stops):
    """Position of the first of `stops` that no backslash stands before, from `at` on."""
    while at < len(text) and text[at] not in stops:
        at += 2 if text[at] == "\\" else 1
    return min(at, len(text))


def rows(text):
    """(measurement, tags, {field: (type, value)}, time) of each row; types are i, u, f, b and s."""
    at = 0
    while at < len(text):
        end = until(text, at, ", ")
        measurement, tags = unescaped(text[at:end], ", "), []
        while text[end] == ",":
            equals = until(text, end + 1, "=")
            key, end = text[end + 1:equals], until(text, equals + 1, ", ")
            tags.append((unescaped(key, ",= "), unescaped(text[equals + 1:end], ",= ")))
        fields, at = {}, end
        while text[at] != " " or not fields:
            equals = until(text, at + 1, "=")
            name = unescaped(text[at + 1:equals], ",= ")
            value, at = field(text, equals + 1)
            assert name not in fields, name
            fields[name] = value
        end = text.index("\n", at)
        yield measurement, tuple(sorted(tags)), fields, int(text[at + 1:end])
        at = end + 1


def field(text, at):
    """The value at `at` and where it ends."""
    if text[at] == '"':
        end = until(text, at + 1, '"')
        return ("s", unescaped(text[at + 1:end], '"\\')), end + 1
    end = until(text, at, ", ")
    word = text[at:end]
    if word[-1] in "iu":
        return (word[-1], int(word[:-1])), end
    if word in ("t", "true", "T", "True", "TRUE", "f", "false", "F", "False", "FALSE"):
        return ("b", word[0] in "tT"), end
    return ("f", float(word)), end
