#!/usr/bin/env python3
"""Tests of generate.py: its checks, its names, and that docs/api-reference.md is current."""

import json
import pathlib
import tempfile
import unittest

import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT_IN = [ROOT / "modules" / name / "module.kmd.json" for name in ("core", "elements", "filters")]


def descriptor(**members):
    return {"name": "test", "version": "1", "remoteClasses": [], "complexTypes": [], "events": [],
            **members}


class Checks(unittest.TestCase):
    def error(self, data):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "module.kmd.json"
            path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
            try:
                generate.Model([generate.Module(path)])
            except generate.DescriptorError as error:
                return str(error)
        return ""

    def test_accepts_a_module_without_anything(self):
        self.assertEqual(self.error(descriptor()), "")

    def test_names_what_is_no_json(self):
        self.assertIn("not JSON", self.error("{,}"))

    def test_names_an_unknown_member(self):
        self.assertEqual(self.error(descriptor(classes=[])), "module: unknown member 'classes'")

    def test_names_an_unknown_type(self):
        cls = {"name": "A", "properties": [{"name": "b", "type": "Nope[]"}]}
        self.assertEqual(self.error(descriptor(remoteClasses=[cls])), "A.b: unknown type 'Nope[]'")

    def test_names_an_unknown_base(self):
        cls = {"name": "A", "extends": "B"}
        self.assertEqual(self.error(descriptor(remoteClasses=[cls])), "A: extends unknown class 'B'")

    def test_names_an_unknown_event(self):
        cls = {"name": "A", "events": ["Gone"]}
        self.assertEqual(self.error(descriptor(remoteClasses=[cls])), "A: unknown event 'Gone'")

    def test_refuses_a_required_parameter_after_an_optional_one(self):
        method = {"name": "m", "params": [{"name": "a", "type": "int", "optional": True},
                                          {"name": "b", "type": "int"}]}
        cls = {"name": "A", "methods": [method]}
        self.assertEqual(self.error(descriptor(remoteClasses=[cls])),
                         "A.m.b: required after an optional parameter")

    def test_refuses_a_default_that_is_no_value_of_its_enumeration(self):
        mood = {"name": "Mood", "typeFormat": "ENUM", "values": ["GOOD"]}
        cls = {"name": "A", "constructor": {"params": [
            {"name": "m", "type": "Mood", "optional": True, "defaultValue": "BAD"}]}}
        self.assertEqual(self.error(descriptor(complexTypes=[mood], remoteClasses=[cls])),
                         "A.m: default 'BAD' is no Mood")

    def test_refuses_two_items_of_one_name(self):
        self.assertEqual(self.error(descriptor(remoteClasses=[{"name": "A"}, {"name": "A"}])),
                         "A: defined twice")


class Names(unittest.TestCase):
    def test_variables_are_snake_case(self):
        for name, expected in {"sdpMLineIndex": "sdp_m_line_index", "externalIPv4": "external_ipv4",
                               "E2ELatency": "e2e_latency", "ICECandidatePairs": "ice_candidate_pairs",
                               "base64Certificate": "base64_certificate", "default": "default_",
                               "useIpv6": "use_ipv6"}.items():
            self.assertEqual(generate.variable(name), expected)

    def test_enumerators_are_pascal_case(self):
        for value, expected in {"AUDIO": "Audio", "NOT_FLOWING": "NotFlowing",
                                "AES_128_CM_HMAC_SHA1_80": "Aes128CmHmacSha1_80",
                                "inboundrtp": "Inboundrtp"}.items():
            self.assertEqual(generate.enumerator(value), expected)


class BuiltIn(unittest.TestCase):
    def test_every_item_is_documented(self):
        missing = []

        def visit(item, where):
            if not isinstance(item, dict):
                return
            where = f"{where}.{item.get('name', '')}"
            if ("name" in item or "type" in item) and "version" not in item and not item.get("doc"):
                missing.append(where)
            for value in item.get("values", []):
                if not item.get("valueDocs", {}).get(value):
                    missing.append(f"{where}={value}")
            for child in item.values():
                for entry in child if isinstance(child, list) else [child]:
                    visit(entry, where)

        for path in BUILT_IN + [ROOT / "modules/heartbeat/module.kmd.json"]:
            visit(json.loads(path.read_text(encoding="utf-8")), path.parent.name)
        self.assertEqual(missing, [])

    def test_the_reference_page_is_current(self):
        modules = [generate.Module(path) for path in BUILT_IN]
        page = generate.render("reference.md.j2", model=generate.Model(modules), modules=modules)
        committed = (ROOT / "docs/api-reference.md").read_text(encoding="utf-8")
        self.assertTrue(page == committed,
                        "docs/api-reference.md is old: generate it as modules/codegen/README.md says")


if __name__ == "__main__":
    unittest.main()
