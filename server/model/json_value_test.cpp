#include "server/model/json_value.h"

#include <gtest/gtest.h>

#include <limits>

#include "server/model/object_fixture.h"

namespace ms::model {
namespace {

constexpr Place kPlace = {"x", kParameter, "test.Thing"};

class Thing : public Object {
 public:
  using Object::Object;
};

template <typename T>
T read(const std::string& text) {
  ObjectFixture objects;
  T value{};
  fromJson(json(text), kPlace, objects, value);
  return value;
}

template <typename T>
std::string errorOfReading(const std::string& text) {
  return errorOf([&] { read<T>(text); });
}

TEST(FromJson, TakesNullForAnything) {
  EXPECT_EQ(read<bool>("null"), false);
  EXPECT_EQ(read<int>("null"), 0);
  EXPECT_EQ(read<std::int64_t>("null"), 0);
  EXPECT_EQ(read<float>("null"), 0.0f);
  EXPECT_EQ(read<double>("null"), 0.0);
  EXPECT_EQ(read<std::string>("null"), "");
  EXPECT_TRUE(read<std::vector<int>>("null").empty());
  EXPECT_TRUE((read<std::map<std::string, int>>("null").empty()));
}

TEST(FromJson, TakesNumbersAndBooleansAsStrings) {
  EXPECT_EQ(read<std::string>("5"), "5");
  EXPECT_EQ(read<std::string>("true"), "true");
  EXPECT_EQ(errorOfReading<std::string>("{}"), "40001 'x' parameter should be a string");
  EXPECT_EQ(errorOfReading<std::string>("[]"), "40001 'x' parameter should be a string");
}

TEST(FromJson, NeverTakesStringsAsNumbersOrBooleans) {
  EXPECT_EQ(errorOfReading<int>("'5'"), "40001 'x' parameter should be a integer");
  EXPECT_EQ(errorOfReading<std::int64_t>("'5'"), "40001 'x' parameter should be a int64");
  EXPECT_EQ(errorOfReading<float>("'5'"), "40001 'x' parameter should be a double");
  EXPECT_EQ(errorOfReading<double>("'5'"), "40001 'x' parameter should be a double");
  EXPECT_EQ(errorOfReading<bool>("'true'"), "40001 'x' parameter should be a boolean");
}

TEST(FromJson, TakesNumbersAsBooleans) {
  EXPECT_TRUE(read<bool>("1"));
  EXPECT_TRUE(read<bool>("0.5"));
  EXPECT_FALSE(read<bool>("0"));
  EXPECT_EQ(errorOfReading<bool>("{}"), "40001 'x' parameter should be a boolean");
}

TEST(FromJson, CutsFractionsOffIntegers) {
  EXPECT_EQ(read<int>("5.7"), 5);
  EXPECT_EQ(read<int>("-5.7"), -5);
  EXPECT_EQ(read<int>("true"), 1);
  EXPECT_EQ(read<std::int64_t>("5.7"), 5);
}

TEST(FromJson, RefusesIntegersThatDoNotFit) {
  EXPECT_EQ(read<int>("2147483647"), std::numeric_limits<int>::max());
  EXPECT_EQ(read<int>("-2147483648"), std::numeric_limits<int>::min());
  EXPECT_EQ(errorOfReading<int>("2147483648"), "40001 'x' parameter should be a integer");
  EXPECT_EQ(errorOfReading<int>("1e300"), "40001 'x' parameter should be a integer");
  EXPECT_EQ(read<std::int64_t>("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(errorOfReading<std::int64_t>("9223372036854775808"),
            "40001 'x' parameter should be a int64");
  EXPECT_EQ(errorOfReading<std::int64_t>("-1e19"), "40001 'x' parameter should be a int64");
}

TEST(FromJson, KeepsFloatsFinite) {
  EXPECT_EQ(read<float>("1e300"), std::numeric_limits<float>::max());
  EXPECT_EQ(read<float>("-1e300"), -std::numeric_limits<float>::max());
}

TEST(FromJson, ReadsListsAndMapsOfValues) {
  EXPECT_EQ(read<std::vector<std::string>>("['a', 1]"), (std::vector<std::string>{"a", "1"}));
  EXPECT_EQ((read<std::map<std::string, int>>("{'a': 1}")), (std::map<std::string, int>{{"a", 1}}));
  EXPECT_EQ(errorOfReading<std::vector<int>>("{}"), "40001 'x' parameter should be a list");
  EXPECT_EQ(errorOfReading<std::vector<int>>("['a']"), "40001 'x' parameter should be a integer");
  EXPECT_EQ((errorOfReading<std::map<std::string, int>>("[]")),
            "40001 'x' parameter should be a map");
}

TEST(FromJson, FindsObjectsByTheirId) {
  ObjectFixture objects;
  const auto thing = objects.make<Thing>("7", kThingClass, nullptr);
  ObjectPtr found;
  fromJson(json("7"), kPlace, objects, found);
  EXPECT_EQ(found, thing);
  EXPECT_EQ(errorOfReading<ObjectPtr>("null"), "40101 Object '' not found");
  EXPECT_EQ(errorOfReading<ObjectPtr>("'nope'"), "40101 Object 'nope' not found");
  EXPECT_EQ(errorOfReading<ObjectPtr>("{}"), "40001 'x' parameter should be a string");
}

// As kurento-client 7.3.0 sends what was awaited.
TEST(FromJson, FindsObjectsThatAreSentWhole) {
  ObjectFixture objects;
  const auto thing = objects.make<Thing>("7", kThingClass, nullptr);
  ObjectPtr found;
  fromJson(json("{'_events': {}, '_eventsCount': 4, 'id': '7'}"), kPlace, objects, found);
  EXPECT_EQ(found, thing);
  EXPECT_EQ(errorOfReading<ObjectPtr>("{'id': 'nope'}"), "40101 Object 'nope' not found");
  EXPECT_EQ(errorOfReading<ObjectPtr>("{'id': 7}"), "40001 'x' parameter should be a string");
}

TEST(FromJson, RefusesObjectsOfAnotherClass) {
  ObjectFixture objects;
  objects.make<Thing>("thing", kThingClass, nullptr);
  ObjectPtr found;
  EXPECT_EQ(errorOf([&] {
              fromJson(json("'thing'"), {"hub", kParameter, "kurento.Hub"}, objects, found);
            }),
            "40107 'hub' parameter should be a kurento.Hub, which 'thing' is not");
}

TEST(ReadEnum, FindsOnlyItsValues) {
  constexpr std::string_view kValues[] = {"AUDIO", "DATA"};
  const auto error = [&](const std::string& text) {
    return errorOf([&] { readEnum(json(text), kPlace, "MediaType", kValues); });
  };
  EXPECT_EQ(readEnum(json("'DATA'"), kPlace, "MediaType", kValues), 1u);
  EXPECT_EQ(error("'data'"), "40001 Invalid value for 'MediaType'");
  EXPECT_EQ(error("5"), "40001 Invalid value for 'MediaType'");
  EXPECT_EQ(error("null"), "40001 Invalid value for 'MediaType'");
  EXPECT_EQ(error("{}"), "40001 'x' parameter should be a string");
}

TEST(CheckRegister, TakesMarkersThatFitOrNone) {
  constexpr std::string_view kKnown[] = {"Tag", "SDES"};
  const auto error = [&](const std::string& text) {
    return errorOf([&] { checkRegister(json(text), kPlace, {"kurento", "Tag", kKnown}); });
  };
  EXPECT_EQ(error("{}"), "");
  EXPECT_EQ(error("null"), "");
  EXPECT_EQ(error("{'__type__': 'Tag'}"), "");
  EXPECT_EQ(error("{'__module__': 'kurento', '__type__': 'Tag'}"), "");
  EXPECT_EQ(error("{'__module__': 'kurento', '__type__': 'SDES'}"),
            "40003 Type SDES is not compatible");
  EXPECT_EQ(error("{'__module__': 'kurento', '__type__': 'Nope'}"),
            "40003 Type Nope does not exist in module kurento");
  EXPECT_EQ(error("{'__module__': 'elements', '__type__': 'Tag'}"),
            "40003 Type Tag does not exist in module elements");
  EXPECT_EQ(error("'x'"), "40001 'x' parameter should be a object");
  EXPECT_EQ(error("{'__type__': []}"), "40001 '__type__' property should be a string");
}

TEST(ReadMember, NamesTheKindOfWhatIsAbsent) {
  ObjectFixture objects;
  std::string text;
  std::map<std::string, int> map;
  const Place place = {"sdpMid", kProperty};
  EXPECT_EQ(errorOf([&] { readMember(json("{}"), place, objects, text); }),
            "40001 'sdpMid' property should be a string");
  EXPECT_EQ(errorOf([&] { readMember(json("[]"), place, objects, map); }),
            "40001 'sdpMid' property should be a map");
}

TEST(ReadMember, LeavesAnAbsentOptionalUnset) {
  ObjectFixture objects;
  std::optional<int> value;
  readMember(json("{}"), {"n", kProperty}, objects, value);
  EXPECT_FALSE(value);
  readMember(json("{'n': null}"), {"n", kProperty}, objects, value);
  EXPECT_EQ(value, 0);
}

TEST(ToJson, WritesFloatsAsTheir32Bits) {
  EXPECT_EQ(toJson(0.04f).asDouble(), 0.039999999105930328);
  EXPECT_EQ(toJson(0.04).asDouble(), 0.04);
}

TEST(ToJson, WritesNumbersThatJsonCannotSayAsNull) {
  EXPECT_TRUE(toJson(std::numeric_limits<float>::quiet_NaN()).isNull());
  EXPECT_TRUE(toJson(std::numeric_limits<double>::infinity()).isNull());
}

TEST(ToJson, WritesEmptyMapsAsNullAndEmptyListsAsLists) {
  EXPECT_TRUE(toJson(std::map<std::string, std::string>{}).isNull());
  EXPECT_EQ(toJson(std::vector<std::string>{}), json("[]"));
  EXPECT_EQ(toJson(std::map<std::string, std::string>{{"a", "b"}}), json("{'a': 'b'}"));
  EXPECT_EQ(toJson(std::vector<bool>{true, false}), json("[true, false]"));
}

TEST(ToJson, WritesObjectsAsIds) {
  ObjectFixture objects;
  EXPECT_EQ(toJson(ObjectPtr(objects.make<Thing>("id", kThingClass, nullptr))), json("'id'"));
  EXPECT_TRUE(toJson(ObjectPtr()).isNull());
}

TEST(WriteMember, LeavesOutWhatIsNotSet) {
  Json::Value json = registerJson("kurento", "RembParams");
  writeMember(json, "upLosses", std::optional<int>());
  writeMember(json, "rembOnConnect", std::optional<int>(3));
  EXPECT_EQ(json, model::json("{'__module__': 'kurento', '__type__': 'RembParams',"
                              " 'rembOnConnect': 3}"));
}

}  // namespace
}  // namespace ms::model
