// The generator, tried on a descriptor with every shape.
#include <gtest/gtest.h>

#include "modules/sample/api.h"
#include "server/model/object_fixture.h"

namespace ms::api::sample {
namespace {

using model::errorOf;
using model::json;
using model::ObjectFixture;
using model::ObjectPtr;

class PipelineStandIn : public model::Object {
 public:
  using Object::Object;
};

class KeptSample : public model::Object, public Sample {
 public:
  KeptSample(model::ObjectContext context, SampleArguments arguments)
      : Object(std::move(context)), arguments_(std::move(arguments)) {}

  Spot getSpot() override { return arguments_.spot; }
  void setSpot(const Spot& spot) override { arguments_.spot = spot; }
  std::string getLabel() override { return arguments_.label; }
  void getExternalIPv4(model::Answer<std::string> answer) override { answer("192.0.2.1"); }
  void setExternalIPv4(const std::string&, model::Answer<void> answer) override {
    answer(std::unexpected(model::ApiError(model::ErrorCode::NotImplemented, "not yet")));
  }
  std::string join(const std::string& first, const std::string& second,
                   std::optional<int> third) override {
    return first + second + (third ? std::to_string(*third) : "-");
  }
  std::vector<Spot> turnAround(const std::vector<Spot>& spots) override {
    return {spots.rbegin(), spots.rend()};
  }
  ObjectPtr pick(const std::vector<ObjectPtr>& others) override {
    return others.empty() ? nullptr : others.back();
  }
  std::map<std::string, std::shared_ptr<const Shape>> measure(
      const std::map<std::string, std::shared_ptr<const Shape>>& shapes) override {
    return shapes;
  }
  void later(std::int64_t value, model::Answer<std::int64_t> answer) override {
    waiting_ = std::move(answer);
    value_ = value;
  }
  void answerNow() { waiting_(value_); }
  void fail(model::Answer<void>) override {
    throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam, "failed");
  }

  const SampleArguments& arguments() const { return arguments_; }

 private:
  SampleArguments arguments_;
  model::Answer<std::int64_t> waiting_;
  std::int64_t value_ = 0;
};

class SampleTest : public ::testing::Test {
 protected:
  SampleTest() {
    objects_.make<PipelineStandIn>("pipeline", kMediaPipelineClass, nullptr);
    sample_ = create("{'mediaPipeline': 'pipeline', 'label': 'one'}", "one");
  }

  std::shared_ptr<KeptSample> create(const std::string& params, const std::string& id) {
    auto construction = kSampleClass.bind_constructor(json(params), objects_);
    return objects_.make<KeptSample>(id, kSampleClass, construction.parent,
                                     std::any_cast<SampleArguments>(construction.arguments));
  }

  void start(std::string_view operation, const std::string& params, model::Reply reply) {
    kSampleClass.findMethod(operation)->bind(json(params), objects_)(*sample_, std::move(reply));
  }

  // The result of a call that answers at once, as text; or its error.
  std::string call(std::string_view operation, const std::string& params) {
    std::string text = "no answer";
    const std::string bind_error = errorOf([&] {
      start(operation, params, [&](model::Result result) {
        text = result ? Json::FastWriter().write(*result)
                      : errorOf([&]() { throw result.error(); }) + "\n";
        text.pop_back();
      });
    });
    return bind_error.empty() ? text : bind_error;
  }

  ObjectFixture objects_;
  std::shared_ptr<KeptSample> sample_;
};

TEST_F(SampleTest, ConstructorFillsDefaultsAndFindsTheParent) {
  EXPECT_EQ(sample_->parent()->id(), "pipeline");
  EXPECT_EQ(sample_->arguments().label, "one");
  EXPECT_EQ(sample_->arguments().count, 3);
  EXPECT_FALSE(sample_->arguments().mood);
  EXPECT_FALSE(sample_->arguments().spot.relative_x);
}

TEST_F(SampleTest, ConstructorTakesEachOptionalForItself) {
  const auto sample = create(
      "{'mediaPipeline': 'pipeline', 'label': 'x', 'mood': 'VERY_BAD', 'spot': {'relativeX': 0.5}}",
      "two");
  EXPECT_EQ(sample->arguments().count, 3);
  EXPECT_EQ(sample->arguments().mood, Mood::VeryBad);
  EXPECT_EQ(sample->arguments().spot.relative_x, 0.5f);
}

TEST_F(SampleTest, ConstructorSaysWhatIsWrong) {
  const auto error = [&](const std::string& params) {
    return errorOf([&] { kSampleClass.bind_constructor(json(params), objects_); });
  };
  EXPECT_EQ(error("null"), "40001 'constructorParams' is required");
  EXPECT_EQ(error("[]"), "40001 'constructorParams' should be an object");
  EXPECT_EQ(error("{}"), "40001 'mediaPipeline' parameter should be a string");
  EXPECT_EQ(error("{'mediaPipeline': 'pipeline'}"), "40001 'label' parameter should be a string");
  EXPECT_EQ(
      error("{'mediaPipeline': 'one', 'label': ''}"),
      "40107 'mediaPipeline' parameter should be a kurento.MediaPipeline, which 'one' is not");
  EXPECT_EQ(error("{'mediaPipeline': 'pipeline', 'label': '', 'mood': 'SAD'}"),
            "40001 Invalid value for 'Mood'");
}

TEST_F(SampleTest, FactoryMakesTheObjectAndItsParentKnowsIt) {
  const model::Factory factory =
      factoryOfSample([](model::ObjectContext context, const SampleArguments& arguments) {
        return std::make_shared<KeptSample>(std::move(context), arguments);
      });
  auto construction = kSampleClass.bind_constructor(
      json("{'mediaPipeline': 'pipeline', 'label': 'made'}"), objects_);

  const auto made =
      factory(objects_.context("made", kSampleClass, construction.parent), construction.arguments);

  EXPECT_EQ(dynamic_cast<KeptSample&>(*made).getLabel(), "made");
  EXPECT_EQ(construction.parent->children().back().lock(), made);
}

TEST_F(SampleTest, PropertiesAreMethods) {
  EXPECT_EQ(call("getSpot", "{}"), R"({"__module__":"sample","__type__":"Spot"})");
  EXPECT_EQ(call("setSpot", "{'spot': {'relativeX': 0.25, 'mood': 'GOOD', 'owner': 'pipeline'}}"),
            "null");
  EXPECT_EQ(
      call("getSpot", "{}"),
      R"({"__module__":"sample","__type__":"Spot","mood":"GOOD","owner":"pipeline","relativeX":0.25})");
  EXPECT_EQ(kSampleClass.findMethod("setLabel"), nullptr);
  EXPECT_NE(kSampleClass.findMethod("getExternalIPv4"), nullptr);
}

TEST_F(SampleTest, OptionalParametersOfMethodsCountUpToTheFirstGap) {
  EXPECT_EQ(call("join", "{'first': 'a'}"), R"("ab-")");
  EXPECT_EQ(call("join", "{'first': 'a', 'second': 'c', 'third': 7}"), R"("ac7")");
  EXPECT_EQ(call("join", "{'first': 'a', 'third': 7}"), R"("ab-")");
  EXPECT_EQ(call("join", "{'first': 'a', 'third': 'ignored'}"), R"("ab-")");
}

TEST_F(SampleTest, CallsWithoutParamsLackTheRequiredOnes) {
  EXPECT_EQ(call("join", "null"), "40001 'first' parameter should be a string");
  EXPECT_EQ(call("join", "[1, 2]"), "40001 'first' parameter should be a string");
}

TEST_F(SampleTest, ListsOfRegistersKeepTheirOrder) {
  EXPECT_EQ(call("turnAround", "{'spots': [{'mood': 'GOOD'}, {}]}"),
            R"([{"__module__":"sample","__type__":"Spot"},)"
            R"({"__module__":"sample","__type__":"Spot","mood":"GOOD"}])");
  EXPECT_EQ(call("turnAround", "{'spots': []}"), "[]");
  EXPECT_EQ(call("turnAround", "{'spots': 5}"), "40001 'spots' parameter should be a list");
  EXPECT_EQ(call("turnAround", "{'spots': [5]}"), "40001 'spots' parameter should be a object");
}

TEST_F(SampleTest, ErrorsInsideRegistersNameTheProperty) {
  EXPECT_EQ(call("setSpot", "{'spot': {'relativeX': 'x'}}"),
            "40001 'relativeX' property should be a double");
  EXPECT_EQ(call("setSpot", "{'spot': {'__type__': 'Shape'}}"),
            "40003 Type Shape is not compatible");
  EXPECT_EQ(call("setSpot", "{'spot': {'__module__': 'kurento', '__type__': 'Spot'}}"),
            "40003 Type Spot does not exist in module kurento");
}

TEST_F(SampleTest, ObjectsTravelAsIds) {
  create("{'mediaPipeline': 'pipeline', 'label': 'x'}", "two");
  EXPECT_EQ(call("pick", "{'others': ['one', 'two']}"), R"("two")");
  EXPECT_EQ(call("pick", "{'others': []}"), "null");
  EXPECT_EQ(call("pick", "{'others': ['three']}"), "40101 Object 'three' not found");
}

TEST_F(SampleTest, RegistersThatExtendOthersKeepTheirClass) {
  EXPECT_EQ(call("measure",
                 "{'shapes': {'a': {'name': 'any', '__type__': 'Shape'},"
                 " 'b': {'name': 'o', 'radius': 2, '__type__': 'Circle'}}}"),
            R"({"a":{"__module__":"sample","__type__":"Shape","name":"any"},)"
            R"("b":{"__module__":"sample","__type__":"Circle","name":"o","radius":2.0}})");
  EXPECT_EQ(call("measure", "{'shapes': {'a': {'name': 'x', '__type__': 'Spot'}}}"),
            "40003 Type Spot is not compatible");
  EXPECT_EQ(call("measure", "{'shapes': {'a': {'name': 'x', '__type__': 'Circle'}}}"),
            "40001 'radius' property should be a double");
  EXPECT_EQ(call("measure", "{'shapes': {}}"), "null");
}

TEST_F(SampleTest, AsynchronousMethodsAnswerWhenTheyLike) {
  std::optional<model::Result> result;
  start("later", "{'value': 5000000000}", [&](model::Result given) { result = std::move(given); });
  EXPECT_FALSE(result);

  sample_->answerNow();

  ASSERT_TRUE(result);
  EXPECT_EQ((**result).asInt64(), 5000000000);
}

TEST_F(SampleTest, AsynchronousMethodsMayFailEitherWay) {
  EXPECT_EQ(call("fail", "{}"), "40107 failed");
  EXPECT_EQ(call("getExternalIPv4", "{}"), R"("192.0.2.1")");
  EXPECT_EQ(call("setExternalIPv4", "{'externalIPv4': ''}"), "40006 not yet");
}

TEST_F(SampleTest, ACallOnAnObjectOfAnotherClassIsAnError) {
  std::string error;
  const ObjectPtr pipeline = objects_.resolve("pipeline");
  kSampleClass.findMethod("getLabel")
      ->bind(json("{}"), objects_)(*pipeline,
                                   [&](model::Result result) { error = result.error().what(); });
  EXPECT_EQ(error, "'kurento.MediaPipeline' does not implement this operation");
}

TEST_F(SampleTest, EventsCarryTheirFieldsAndMediaEventsTheirType) {
  EXPECT_EQ(Sampled::name, "Sampled");
  EXPECT_EQ(toJson(Sampled{Spot{.relative_x = 0.5f, .mood = {}, .owner = {}}}),
            json("{'type': 'Sampled', 'spot':"
                 " {'__module__': 'sample', '__type__': 'Spot', 'relativeX': 0.5}}"));
  EXPECT_EQ(toJson(Noticed{3}), json("{'count': 3}"));
}

TEST_F(SampleTest, DescriptorTellsOfTheModule) {
  const model::ModuleDescriptor& module = sampleModule();
  EXPECT_EQ(module.name, "sample");
  EXPECT_EQ(module.version, "1.2.3");
  EXPECT_EQ(json(std::string(module.kmd))["remoteClasses"][0]["name"], "Sample");
  EXPECT_EQ(kSampleClass.qualified_name, "sample.Sample");
  EXPECT_EQ(kSampleClass.base, &kMediaObjectClass);
  EXPECT_TRUE(kSampleClass.hasEvent("Noticed"));
  EXPECT_TRUE(kSampleClass.hasEvent("Error"));
}

}  // namespace
}  // namespace ms::api::sample
