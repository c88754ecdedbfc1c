#!/usr/bin/env python3
"""Makes code and documents of module descriptors (module.kmd.json).

  generate.py cpp        --out DIR [--import KMD]... KMD     api.h and api.cpp of one module
  generate.py typescript --out DIR KMD...                    types, events and classes for the client
  generate.py reference  --out FILE KMD...                   the reference page

The descriptor is checked first: unknown types, members and duplicate names end with one clear line.
The rest is in templates/; this script only gives names and types their form in each language.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import sys

import jinja2

TEMPLATES = pathlib.Path(__file__).parent / "templates"

# Modules whose classes share the prefix "kurento." on the wire and the namespace ms::api.
KURENTO_MODULES = {"core", "elements", "filters"}

CPP_PRIMITIVES = {
    "String": "std::string", "boolean": "bool", "int": "int", "int64": "std::int64_t",
    "float": "float", "double": "double",
}
TS_PRIMITIVES = {
    "String": "string", "boolean": "boolean", "int": "number", "int64": "number",
    "float": "number", "double": "number",
}
CPP_KEYWORDS = {"default", "operator", "new", "delete", "class", "template", "namespace", "register",
                "switch", "this", "union", "auto", "int", "double", "float", "bool", "signed", "not"}
# Names that the templates use around parameters.
TAKEN = {"self", "given", "params", "objects", "answer"}

ALLOWED = {
    "module": {"name", "version", "kurentoVersion", "imports", "doc", "remoteClasses",
               "complexTypes", "events"},
    "class": {"name", "doc", "extends", "abstract", "constructor", "properties", "methods", "events"},
    "constructor": {"doc", "params"},
    "property": {"name", "doc", "type", "optional", "defaultValue", "readOnly", "final", "async"},
    "param": {"name", "doc", "type", "optional", "defaultValue"},
    "method": {"name", "doc", "params", "return", "async"},
    "return": {"type", "doc"},
    "type": {"name", "typeFormat", "doc", "extends", "values", "valueDocs", "properties"},
    "event": {"name", "doc", "extends", "properties"},
}


class DescriptorError(Exception):
    pass


# --- Names ----------------------------------------------------------------------------------------

def words(name):
    """sdpMLineIndex -> sdp m line index; externalIPv4 -> external ipv4; E2ELatency -> e2e latency."""
    name = name.replace("IPv", "Ipv")
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([A-Z0-9])([A-Z][a-z])", r"\1_\2", name)
    return name.lower().split("_")


def snake(name):
    return "_".join(words(name))


def variable(name):
    result = snake(name)
    return result + "_" if result in CPP_KEYWORDS | TAKEN else result


def upper_first(name):
    return name[0].upper() + name[1:]


def lower_first(name):
    return name[0].lower() + name[1:]


def enumerator(value):
    """VIDEO_MEDIUM -> VideoMedium; two digits that would touch stay apart: Sha1_80."""
    result = ""
    for part in value.split("_"):
        if result and result[-1].isdigit() and part[0].isdigit():
            result += "_"
        result += part[0].upper() + part[1:].lower()
    return result


# --- The model ------------------------------------------------------------------------------------

class Module:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.text = self.path.read_text(encoding="utf-8")
        try:
            self.data = json.loads(self.text)
        except ValueError as error:
            raise DescriptorError(f"not JSON: {error}") from error
        data = self.data
        allow(data, "module", "module")
        self.name = data["name"]
        self.version = data["version"]
        self.doc = data.get("doc", "")
        self.is_kurento = self.name in KURENTO_MODULES
        self.prefix = "kurento" if self.is_kurento else self.name
        self.namespace = "ms::api" if self.is_kurento else f"ms::api::{self.name}"
        self.imports = [item["name"] for item in data.get("imports", [])]
        self.classes = data.get("remoteClasses", [])
        self.types = data.get("complexTypes", [])
        self.events = data.get("events", [])
        for item in self.classes + self.types + self.events:
            item["module"] = self


def allow(item, kind, where):
    for key in item:
        if key not in ALLOWED[kind] and key != "module":
            raise DescriptorError(f"{where}: unknown member '{key}'")


class Model:
    """Modules with everything that they import, and what the templates ask of them."""

    def __init__(self, modules):
        self.modules = modules
        self.classes, self.types, self.events = {}, {}, {}
        for module in modules:
            for table, items in ((self.classes, module.classes), (self.types, module.types),
                                 (self.events, module.events)):
                for item in items:
                    if item["name"] in table:
                        raise DescriptorError(f"{item['name']}: defined twice")
                    table[item["name"]] = item
        for module in modules:
            check_module(self, module)
        self.extended = {t.get("extends") for t in self.types.values()} - {None}

    def chain(self, table, name):
        """The item and its bases, nearest first."""
        result = []
        while name:
            result.append(table[name])
            name = table[name].get("extends")
        return result

    def class_chain(self, name):
        return self.chain(self.classes, name)

    def is_media_event(self, event):
        return any(e["name"] == "Media" for e in self.chain(self.events, event["name"]))

    def is_event_base(self, event):
        return any(e.get("extends") == event["name"] for e in self.events.values())

    def is_polymorphic(self, name):
        """Registers that extend or are extended travel as shared pointers."""
        return name in self.types and (name in self.extended or bool(self.types[name].get("extends")))

    def subtypes(self, name, module):
        """Registers of `module` that are a `name`, itself included, the most derived first."""
        found = [t for t in module.types if t["typeFormat"] == "REGISTER"
                 and any(b["name"] == name for b in self.chain(self.types, t["name"]))]
        return found

    # C++ types.

    def cpp_base(self, base, from_module):
        if base in CPP_PRIMITIVES:
            return CPP_PRIMITIVES[base]
        if base in self.classes:
            return "model::ObjectPtr"
        item = self.types[base]
        name = base
        if item["module"].namespace != from_module.namespace and not item["module"].is_kurento:
            name = f"{item['module'].name}::{base}"
        return f"std::shared_ptr<const {name}>" if self.is_polymorphic(base) else name

    def cpp(self, text, module):
        base, shape = split_type(text)
        inner = self.cpp_base(base, module)
        if shape == "list":
            return f"std::vector<{inner}>"
        if shape == "map":
            return f"std::map<std::string, {inner}>"
        return inner

    def cpp_field(self, item, module):
        """Optional members without a default, and all of registers, may be unset."""
        return f"std::optional<{self.cpp(item['type'], module)}>" if item.get("optional") \
            else self.cpp(item["type"], module)

    def cpp_argument_type(self, param, module):
        if param.get("optional") and "defaultValue" not in param:
            return f"std::optional<{self.cpp(param['type'], module)}>"
        return self.cpp(param["type"], module)

    def is_scalar(self, text):
        base, shape = split_type(text)
        if shape:
            return False
        return base in {"boolean", "int", "int64", "float", "double"} or (
            base in self.types and self.types[base]["typeFormat"] == "ENUM")

    def cpp_parameter(self, param, module):
        kind = self.cpp_argument_type(param, module)
        name = variable(param["name"])
        return f"{kind} {name}" if self.is_scalar(param["type"]) else f"const {kind}& {name}"

    def initial(self, item):
        """The initialiser of a variable or member, with the space or brace before it."""
        if "defaultValue" in item:
            return self.default(item)
        if item.get("optional"):
            return ""
        return "{}" if self.is_scalar(item["type"]) else ""

    def default(self, item):
        value, (base, shape) = item["defaultValue"], split_type(item["type"])
        if value in ({}, []):
            return ""
        if shape:
            raise DescriptorError(f"{item['name']}: default of a list or map must be empty")
        if base == "boolean":
            return " = true" if value else " = false"
        if base == "String":
            return f" = {json.dumps(value)}"
        if base in ("float", "double"):
            return f" = {float(value)}{'f' if base == 'float' else ''}"
        if base in ("int", "int64"):
            return f" = {int(value)}"
        return f" = {base}::{enumerator(value)}"

    def object_class(self, text):
        """The qualified class of an object-typed value, or empty."""
        base, _ = split_type(text)
        return f"{self.classes[base]['module'].prefix}.{base}" if base in self.classes else ""

    def class_symbol(self, name, from_module):
        owner = self.classes[name]["module"]
        scope = "" if owner.namespace == from_module.namespace or owner.is_kurento else f"{owner.name}::"
        return f"{scope}k{name}Class"

    # TypeScript types.

    def ts(self, text):
        base, shape = split_type(text)
        inner = TS_PRIMITIVES.get(base, f"Any{base}" if base in self.extended else base)
        return {"list": f"{inner}[]", "map": f"Record<string, {inner}>", "": inner}[shape]

    def ts_result(self, text):
        """What a promise gives: one object may be absent; a register may be one that extends it."""
        if not text:
            return "void"
        base, shape = split_type(text)
        if base in self.classes and not shape:
            return f"{base} | null"
        return self.ts(text)

    def ts_create_name(self, cls):
        return cls["name"] if cls["module"].is_kurento else f"'{cls['module'].name}.{cls['name']}'"

    def classes_in_order(self):
        """Classes after what they extend."""
        return sorted(self.classes.values(), key=lambda cls: len(self.class_chain(cls["name"])))

    def all_subtypes(self, name):
        return [t for t in self.types.values()
                if any(b["name"] == name for b in self.chain(self.types, t["name"]))]

    def children_of(self, name):
        """Classes whose constructor takes a `name` as the parent, with that parameter's name."""
        result = []
        for cls in self.classes.values():
            params = cls.get("constructor", {}).get("params", [])
            parent = next((p for p in params if self.object_class(p["type"])), None)
            if parent and parent["type"] == name:
                result.append((cls, parent["name"]))
        return result

    def records_with_objects(self):
        """Registers and events (the latter as <name>Event) that hold objects, at any depth."""
        tables = {name: self.chain(self.types, name) for name, item in self.types.items()
                  if item["typeFormat"] == "REGISTER"}
        tables.update({name + "Event": self.chain(self.events, name) for name in self.events})
        members = {name: {f["name"]: f["type"] for item in chain for f in item.get("properties", [])}
                   for name, chain in tables.items()}
        result = {}
        grown = True
        while grown:
            found = {name: kept for name, fields in members.items() if (kept := {
                field: kind for field, kind in fields.items()
                if split_type(kind)[0] in self.classes or split_type(kind)[0] in result})}
            grown = found != result
            result = found
        return result

    def types_in_order(self, module):
        """Registers after what they extend and contain."""
        done, result = set(), []

        def visit(item):
            if item["name"] in done or item["module"] is not module:
                return
            done.add(item["name"])
            if item.get("extends"):
                visit(self.types[item["extends"]])
            for field in item.get("properties", []):
                base, _ = split_type(field["type"])
                if base in self.types:
                    visit(self.types[base])
            result.append(item)

        for item in module.types:
            visit(item)
        return result


def split_type(text):
    if text.endswith("[]"):
        return text[:-2], "list"
    if text.endswith("<>"):
        return text[:-2], "map"
    return text, ""


def methods_of(cls):
    """All operations of a class: getters and setters of its properties, then its methods."""
    result = []
    for prop in cls.get("properties", []):
        name = upper_first(prop["name"])
        result.append({"name": f"get{name}", "params": [], "doc": prop.get("doc", ""),
                       "return": {"type": prop["type"]}, "async": prop.get("async", False)})
        if is_writable(prop):
            param = {"name": prop["name"], "type": prop["type"]}
            result.append({"name": f"set{name}", "params": [param], "doc": "",
                           "async": prop.get("async", False)})
    return result + cls.get("methods", [])


def is_writable(prop):
    return not prop.get("readOnly") and not prop.get("final")


# --- Checks ---------------------------------------------------------------------------------------

def check_module(model, module):
    for cls in module.classes:
        allow(cls, "class", cls["name"])
        if cls.get("extends") and cls["extends"] not in model.classes:
            raise DescriptorError(f"{cls['name']}: extends unknown class '{cls['extends']}'")
        for prop in cls.get("properties", []):
            check_value(model, prop, "property", cls["name"])
        for event in cls.get("events", []):
            if event not in model.events:
                raise DescriptorError(f"{cls['name']}: unknown event '{event}'")
        if "constructor" in cls:
            allow(cls["constructor"], "constructor", cls["name"])
            check_params(model, cls["constructor"]["params"], cls["name"])
        for method in cls.get("methods", []):
            where = f"{cls['name']}.{method['name']}"
            allow(method, "method", where)
            check_params(model, method.get("params", []), where)
            if "return" in method:
                allow(method["return"], "return", where)
                check_type(model, method["return"]["type"], where)
    for item in module.types:
        allow(item, "type", item["name"])
        if item["typeFormat"] not in ("ENUM", "REGISTER"):
            raise DescriptorError(f"{item['name']}: typeFormat is ENUM or REGISTER")
        if item.get("extends") and item["extends"] not in model.types:
            raise DescriptorError(f"{item['name']}: extends unknown type '{item['extends']}'")
        for field in item.get("properties", []):
            check_value(model, field, "property", item["name"])
    for event in module.events:
        allow(event, "event", event["name"])
        if event.get("extends") and event["extends"] not in model.events:
            raise DescriptorError(f"{event['name']}: extends unknown event '{event['extends']}'")
        for field in event.get("properties", []):
            check_value(model, field, "property", event["name"])


def check_params(model, params, where):
    optional = False
    for param in params:
        check_value(model, param, "param", where)
        if optional and not param.get("optional"):
            raise DescriptorError(f"{where}.{param['name']}: required after an optional parameter")
        optional = bool(param.get("optional"))


def check_value(model, item, kind, where):
    where = f"{where}.{item['name']}"
    allow(item, kind, where)
    check_type(model, item["type"], where)
    base, shape = split_type(item["type"])
    default = item.get("defaultValue")
    if default is not None and not shape and base in model.types \
            and model.types[base]["typeFormat"] == "ENUM" and default not in model.types[base]["values"]:
        raise DescriptorError(f"{where}: default '{default}' is no {base}")


def check_type(model, text, where):
    base, _ = split_type(text)
    if base not in CPP_PRIMITIVES and base not in model.classes and base not in model.types:
        raise DescriptorError(f"{where}: unknown type '{text}'")


# --- Output ---------------------------------------------------------------------------------------

def generation_time():
    """A day, so that two builds of one day are the same; SOURCE_DATE_EPOCH for all days."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.datetime.now(datetime.timezone.utc) if not epoch \
        else datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
    return moment.strftime("%Y-%m-%d")


def environment():
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True,
                             lstrip_blocks=True, keep_trailing_newline=True)
    env.globals.update(variable=variable, upper_first=upper_first, lower_first=lower_first,
                       enumerator=enumerator, methods_of=methods_of, split_type=split_type,
                       is_writable=is_writable)
    env.filters["comment"] = comment
    env.filters["variable"] = variable
    env.filters["cpp_string"] = json.dumps
    return env


def comment(text, prefix="// ", width=100):
    """`text` as comment lines, each with `prefix`, wrapped; empty for no text."""
    if not text:
        return ""
    lines, line = [], prefix
    for word in text.split():
        if len(line) + len(word) > width and line != prefix:
            lines.append(line.rstrip())
            line = prefix
        line += word + " "
    lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


def render(template, **values):
    text = environment().get_template(template).render(**values)
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def generate_cpp(arguments):
    module = Module(arguments.kmd[0])
    model = Model([Module(path) for path in arguments.imports] + [module])
    for name in ("api.h", "api.cpp"):
        write(pathlib.Path(arguments.out) / name,
              render(name + ".j2", model=model, module=module, generation_time=generation_time()))


def generate_documents(arguments, template, path):
    modules = [Module(kmd) for kmd in arguments.kmd]
    model = Model(modules)
    write(path, render(template, model=model, modules=modules))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cpp", "typescript", "reference"])
    parser.add_argument("--out", required=True)
    parser.add_argument("--import", dest="imports", action="append", default=[])
    parser.add_argument("kmd", nargs="+")
    arguments = parser.parse_args()
    out = pathlib.Path(arguments.out)
    try:
        if arguments.what == "cpp":
            generate_cpp(arguments)
        elif arguments.what == "typescript":
            generate_documents(arguments, "api.ts.j2", out / "api.ts")
        else:
            generate_documents(arguments, "reference.md.j2", out)
    except DescriptorError as error:
        sys.exit(f"{', '.join(arguments.kmd)}: {error}")


if __name__ == "__main__":
    main()
