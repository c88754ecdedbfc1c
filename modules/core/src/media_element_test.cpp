#include "modules/core/src/media_element.h"

#include "modules/core/src/element_fixture.h"
#include "modules/core/src/pass_through.h"
#include "server/model/api_error.h"

namespace ms::core {
namespace {

using api::MediaType;
using MediaElementTest = ElementTest;

template <class Work>
model::ErrorCode errorOf(Work work) {
  try {
    work();
  } catch (const model::ApiError& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return model::ErrorCode::UnexpectedError;
}

TEST_F(MediaElementTest, ConnectWithoutATypeLinksAudioVideoAndData) {
  run([&] {
    const auto source = makeEndpoint(), sink = makeEndpoint();

    source->connect(sink, {}, {}, {});

    const auto links = source->getSinkConnections({}, {});
    ASSERT_EQ(links.size(), 3u);
    EXPECT_EQ(sink->getSourceConnections({}, {}).size(), 3u);
    EXPECT_EQ(links[0].source, source);
    EXPECT_EQ(links[0].sink, sink);
    EXPECT_EQ(links[0].source_description, "default");
    EXPECT_EQ(events_.count("ElementConnected"), 3u);
    EXPECT_EQ(events_.list[0].object_id, source->id());
    EXPECT_EQ(events_.list[0].data["sink"].asString(), sink->id());
  });
}

TEST_F(MediaElementTest, AConsumerSeesTheSourceOfWhatItIsConnectedTo) {
  run([&] {
    const auto source = makeEndpoint(), sink = makeEndpoint();
    const net::OutletPtr media = makeOutlet();
    source->own = media;

    source->connect(sink, MediaType::Video, {}, {});
    EXPECT_EQ(sink->arriving, media);

    source->disconnect(sink, MediaType::Video, {}, {});
    EXPECT_EQ(sink->arriving, nullptr);
    EXPECT_EQ(events_.count("ElementDisconnected"), 1u);
  });
}

TEST_F(MediaElementTest, ANewSourceReplacesTheFormerOne) {
  run([&] {
    const auto first = makeEndpoint(), second = makeEndpoint(), sink = makeEndpoint();
    const net::OutletPtr media = makeOutlet();
    second->own = media;

    first->connect(sink, MediaType::Video, {}, {});
    second->connect(sink, MediaType::Video, {}, {});

    EXPECT_TRUE(first->getSinkConnections({}, {}).empty());
    ASSERT_EQ(sink->getSourceConnections({}, {}).size(), 1u);
    EXPECT_EQ(sink->getSourceConnections({}, {})[0].source, second);
    EXPECT_EQ(sink->arriving, media);
    EXPECT_EQ(events_.count("ElementDisconnected"), 1u);
  });
}

TEST_F(MediaElementTest, ElementsOfDifferentPipelinesDoNotConnect) {
  run([&] {
    const auto here = makeEndpoint();
    const auto elsewhere = make<FakeEndpoint>(api::kMediaElementClass, makePipeline());

    EXPECT_EQ(errorOf([&] { here->connect(elsewhere, {}, {}, {}); }),
              model::ErrorCode::ConnectError);
  });
}

TEST_F(MediaElementTest, ConnectionsAreFilteredByTypeAndDescription) {
  run([&] {
    const auto source = makeEndpoint(), sink = makeEndpoint();
    source->connect(sink, {}, {}, {});
    source->connect(sink, MediaType::Video, {}, "second");

    EXPECT_EQ(sink->getSourceConnections(MediaType::Video, {}).size(), 2u);
    EXPECT_EQ(sink->getSourceConnections(MediaType::Video, "second").size(), 1u);
    EXPECT_EQ(source->getSinkConnections({}, "default").size(), 4u);
  });
}

TEST_F(MediaElementTest, MediaReachesAConsumerThroughTransparentElements) {
  run([&] {
    const auto source = makeEndpoint(), sink = makeEndpoint();
    const auto first = make<PassThrough>(api::kPassThroughClass, pipeline_);
    const auto second = make<PassThrough>(api::kPassThroughClass, pipeline_);
    const net::OutletPtr media = makeOutlet();
    second->connect(sink, {}, {}, {});
    first->connect(second, {}, {}, {});
    source->connect(first, {}, {}, {});
    EXPECT_EQ(sink->arriving, nullptr);

    source->own = media;
    source->tellDownstream(MediaType::Video);
    EXPECT_EQ(sink->arriving, media);

    first->close();
    EXPECT_EQ(sink->arriving, nullptr);
  });
}

TEST_F(MediaElementTest, ACircleOfTransparentElementsIsHarmless) {
  run([&] {
    const auto first = make<PassThrough>(api::kPassThroughClass, pipeline_);
    const auto second = make<PassThrough>(api::kPassThroughClass, pipeline_);
    const auto sink = makeEndpoint();

    first->connect(second, {}, {}, {});
    second->connect(first, {}, {}, {});
    second->connect(sink, {}, {}, {});

    EXPECT_EQ(sink->arriving, nullptr);
  });
}

TEST_F(MediaElementTest, FlowIsToldOnceAndTravelsThroughTransparentElements) {
  run([&] {
    const auto source = makeEndpoint();
    const auto through = make<PassThrough>(api::kPassThroughClass, pipeline_);
    source->connect(through, {}, {}, {});

    source->setFlowOut(MediaType::Video, api::MediaFlowState::Flowing);
    source->setFlowOut(MediaType::Video, api::MediaFlowState::Flowing);

    EXPECT_TRUE(source->isMediaFlowingOut(MediaType::Video, "default"));
    EXPECT_TRUE(through->isMediaFlowingIn(MediaType::Video, "default"));
    EXPECT_TRUE(through->isMediaFlowingOut(MediaType::Video, "default"));
    EXPECT_FALSE(through->isMediaFlowingOut(MediaType::Audio, "default"));
    EXPECT_EQ(events_.count("MediaFlowOutStateChanged"), 2u);
    EXPECT_EQ(events_.count("MediaFlowInStateChanged"), 1u);

    source->disconnect(through, {}, {}, {});
    EXPECT_FALSE(through->isMediaFlowingOut(MediaType::Video, "default"));
  });
}

TEST_F(MediaElementTest, FlowOfDataIsNotTracked) {
  run([&] {
    const auto element = makeEndpoint();

    EXPECT_EQ(errorOf([&] { element->isMediaFlowingIn(MediaType::Data, "default"); }),
              model::ErrorCode::MediaObjectIllegalParam);
    EXPECT_EQ(errorOf([&] { element->isMediaTranscoding(MediaType::Data, "default"); }),
              model::ErrorCode::MediaObjectIllegalParam);
  });
}

TEST_F(MediaElementTest, ClosingAnElementTakesItsLinksWithIt) {
  run([&] {
    const auto source = makeEndpoint(), middle = makeEndpoint(), sink = makeEndpoint();
    const net::OutletPtr media = makeOutlet();
    middle->own = media;
    source->connect(middle, {}, {}, {});
    middle->connect(sink, {}, {}, {});

    middle->close();

    EXPECT_TRUE(source->getSinkConnections({}, {}).empty());
    EXPECT_TRUE(sink->getSourceConnections({}, {}).empty());
    EXPECT_EQ(sink->arriving, nullptr);
    EXPECT_EQ(errorOf([&] { source->connect(middle, {}, {}, {}); }),
              model::ErrorCode::ConnectError);
  });
}

TEST_F(MediaElementTest, ThePipelinesGraphShowsElementsAndLinks) {
  run([&] {
    const auto source = makeEndpoint(), sink = makeEndpoint();
    source->connect(sink, MediaType::Audio, {}, {});

    source->chains = "digraph of the source {}";
    std::string dot, dot_of_source;
    pipeline_->getGstreamerDot({}, [&](auto drawn) { dot = *drawn; });
    source->getGstreamerDot({}, [&](auto drawn) { dot_of_source = *drawn; });

    EXPECT_TRUE(dot.starts_with("digraph"));
    EXPECT_NE(dot.find('"' + source->id() + "\" -> \"" + sink->id() + "\" [label=\"AUDIO\"]"),
              std::string::npos)
        << dot;
    EXPECT_TRUE(dot.ends_with("}\n" + source->chains)) << dot;
    EXPECT_TRUE(dot_of_source.ends_with("}\n" + source->chains)) << dot_of_source;
  });
}

TEST_F(MediaElementTest, AnUnsetMaximumOfTheEncoderReadsBackAsTheLargestNumber) {
  run([&] {
    const auto element = makeEndpoint();

    EXPECT_EQ(element->getEncoderBitrate(), 300'000);
    EXPECT_EQ(element->getMaxEncoderBitrate(), 2'147'483'647);
  });
}

TEST_F(MediaElementTest, HasAnEntryOfItsOwnWhileThePipelineMeasuresLatency) {
  run([&] {
    const auto element = make<PassThrough>(api::kPassThroughClass, pipeline_);
    element->getStats({}, [](auto stats) { EXPECT_TRUE(stats->empty()); });

    pipeline_->setLatencyStats(true);
    element->getStats({}, [&](auto stats) {
      ASSERT_TRUE(stats->contains(element->id()));
      EXPECT_EQ(stats->at(element->id())->type, api::StatsType::Element);
    });
    pipeline_->setLatencyStats(false);
    element->getStats({}, [](auto stats) { EXPECT_TRUE(stats->empty()); });
  });
}

}  // namespace
}  // namespace ms::core
