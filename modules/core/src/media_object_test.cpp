#include "modules/core/src/media_object.h"

#include "modules/core/src/element_fixture.h"
#include "server/model/api_error.h"

namespace ms::core {
namespace {

using MediaObjectTest = ElementTest;

TEST_F(MediaObjectTest, ItsNameIsItsIdUntilSet) {
  run([&] {
    const auto element = makeEndpoint();
    EXPECT_EQ(element->getName(), element->getId());

    element->setName("camera");

    EXPECT_EQ(element->getName(), "camera");
  });
}

TEST_F(MediaObjectTest, TagsAreKeptReplacedListedAndRemoved) {
  run([&] {
    pipeline_->addTag("room", "1");
    pipeline_->addTag("room", "2");
    pipeline_->addTag("floor", "3");

    EXPECT_EQ(pipeline_->getTag("room"), "2");
    EXPECT_EQ(pipeline_->getTags().size(), 2u);

    pipeline_->removeTag("room");
    try {
      pipeline_->getTag("room");
      FAIL() << "the tag is still there";
    } catch (const model::ApiError& error) {
      EXPECT_EQ(error.code(), model::ErrorCode::MediaObjectTagKeyNotFound);
    }
  });
}

TEST_F(MediaObjectTest, TooManyTagsAreRefused) {
  run([&] {
    for (std::size_t i = 0; i < MediaObject::kMaxTags; ++i)
      pipeline_->addTag(std::to_string(i), "");

    EXPECT_THROW(pipeline_->addTag("one more", ""), model::ApiError);
    EXPECT_THROW(pipeline_->addTag("0", std::string(MediaObject::kMaxTagBytes, 'x')),
                 model::ApiError);
    EXPECT_NO_THROW(pipeline_->addTag("0", "again"));
  });
}

TEST_F(MediaObjectTest, EventsCarrySourceTimeTypeAndTagsWhenAskedFor) {
  run([&] {
    const auto source = makeEndpoint(), sink = makeEndpoint();
    source->addTag("room", "1");
    source->connect(sink, api::MediaType::Audio, {}, {});
    source->setSendTagsInEvents(true);
    source->connect(sink, api::MediaType::Video, {}, {});

    ASSERT_EQ(events_.list.size(), 2u);
    const Json::Value& without = events_.list[0].data;
    EXPECT_EQ(without["source"].asString(), source->id());
    EXPECT_EQ(without["type"].asString(), "ElementConnected");
    EXPECT_TRUE(without["timestampMillis"].isString());
    EXPECT_TRUE(without["tags"].isArray());
    EXPECT_EQ(without["tags"].size(), 0u);
    EXPECT_EQ(events_.list[1].data["tags"][0]["key"].asString(), "room");
  });
}

TEST_F(MediaObjectTest, KnowsItsPlaceInTheTree) {
  run([&] {
    const auto element = makeEndpoint();

    EXPECT_EQ(element->getParent(), pipeline_);
    EXPECT_EQ(element->getMediaPipeline(), pipeline_);
    EXPECT_EQ(pipeline_->getParent(), nullptr);
    EXPECT_EQ(pipeline_->getMediaPipeline(), pipeline_);
    ASSERT_EQ(pipeline_->getChildren().size(), 1u);
    EXPECT_EQ(pipeline_->getChildren()[0], element);

    element->close();
    EXPECT_TRUE(pipeline_->getChildren().empty());
  });
}

}  // namespace
}  // namespace ms::core
