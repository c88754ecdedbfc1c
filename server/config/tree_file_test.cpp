#include "server/config/tree_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/json.h>

#include "server/config/config_error.h"

namespace ms::config {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string compact(const Json::Value& value) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  return Json::writeString(builder, value);
}

std::string parsed(const char* text, Format format) {
  return compact(parseTree(text, format, "test"));
}

TEST(FormatOf, LooksAtTheEndOfTheName) {
  EXPECT_EQ(formatOf("kurento.conf.json"), Format::Json);
  EXPECT_EQ(formatOf("A.conf.ini"), Format::Ini);
  EXPECT_EQ(formatOf("A.conf.info"), Format::Info);
  EXPECT_EQ(formatOf("A.conf.xml"), Format::Xml);
  EXPECT_EQ(formatOf("A.conf.yaml"), std::nullopt);
}

TEST(ParseTree, GivesTheSameTreeForEachFormat) {
  const std::string wanted = R"({"mediaServer":{"net":{"websocket":{"port":"8888"}}}})";

  EXPECT_EQ(parsed(R"({"mediaServer": {"net": {"websocket": {"port": "8888"}}}})", Format::Json),
            wanted);
  EXPECT_EQ(parsed("; comment\n[mediaServer.net.websocket]\nport=8888\n", Format::Ini), wanted);
  EXPECT_EQ(parsed("mediaServer.net.websocket.port = 8888\n", Format::Ini), wanted);
  EXPECT_EQ(parsed("mediaServer { net { websocket { port 8888 } } } ; comment", Format::Info),
            wanted);
  EXPECT_EQ(parsed("<?xml version='1.0'?><!-- comment --><mediaServer><net><websocket>\n"
                   "  <port>8888</port>\n</websocket></net></mediaServer>",
                   Format::Xml),
            wanted);
}

TEST(ParseTree, LeavesOutCommentKeysOfJsonButNotThoseOfMetadata) {
  EXPECT_EQ(parsed(R"({"//": "a", "// b": {}, "x": {"//y": 1, "z": [{"//": 2, "k": 3}]},
                       "metadata": {"//": "mine"}})",
                   Format::Json),
            R"({"metadata":{"//":"mine"},"x":{"z":[{"k":3}]}})");
}

TEST(ParseTree, KeepsNumbersBooleansAndListsOfJson) {
  EXPECT_EQ(parsed(R"({"a": 1, "b": true, "c": ["x"]})", Format::Json),
            R"({"a":1,"b":true,"c":["x"]})");
}

TEST(ParseTree, TakesAnEmptyFileOfTheSimpleFormats) {
  EXPECT_EQ(parsed("", Format::Ini), "{}");
  EXPECT_EQ(parsed("", Format::Info), "{}");
}

TEST(ParseTree, SaysWhereAFileIsBroken) {
  const std::tuple<const char*, Format, const char*> cases[] = {
      {"{\"a\": }", Format::Json, "f: * Line 1"},
      {"", Format::Json, "f: * Line 1"},
      {"[]", Format::Json, "f: the file is not a JSON object"},
      {"{} x", Format::Json, "f: * Line 1"},
      {"a=1\nb\n", Format::Ini, "f:2: "},
      {"a { b", Format::Info, "f:"},
      {"<a><b></a>", Format::Xml, "f:1: "},
  };
  for (const auto& [text, format, message] : cases)
    EXPECT_THAT([&] { parseTree(text, format, "f"); },
                ThrowsMessage<ConfigError>(HasSubstr(message)))
        << text;
}

TEST(ParseTree, RefusesWhatIsNestedTooDeep) {
  const std::pair<const char*, Format> cases[] = {
      {"{\"a\":", Format::Json}, {"a {\n", Format::Info}, {"<a>", Format::Xml}};
  for (const auto& [level, format] : cases) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += level;

    EXPECT_THROW(parseTree(text, format, "f"), ConfigError);
  }
}

TEST(ParseTree, TakesNoMoreLevelsFromDotsThanFromBraces) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "a.";

  const auto tree = parseTree(text + "b=1\n", Format::Ini, "f");

  int depth = 0;
  for (const auto* node = &tree; node->isObject() && !node->empty(); node = &*node->begin())
    ++depth;
  EXPECT_LE(depth, kMaxDepth);
}

TEST(ParseTree, RefusesAFileThatIsTooLarge) {
  EXPECT_THROW(parseTree(std::string(kMaxFileBytes + 1, ' '), Format::Json, "f"), ConfigError);
}

TEST(ParseTree, RefusesIncludesOfInfo) {
  EXPECT_THAT([] { parseTree("#include \"/etc/passwd\"\n", Format::Info, "f"); },
              ThrowsMessage<ConfigError>("f: #include is not supported"));
}

TEST(ReadTree, SaysWhyAFileCannotBeRead) {
  EXPECT_THAT([] { readTree("/nowhere/a.json"); },
              ThrowsMessage<ConfigError>(HasSubstr("/nowhere/a.json: ")));
  EXPECT_THAT([] { readTree("/dev/zero.conf"); }, ThrowsMessage<ConfigError>(HasSubstr(".json")));
}

}  // namespace
}  // namespace ms::config
