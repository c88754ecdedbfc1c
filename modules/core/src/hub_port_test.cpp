#include "modules/core/src/hub_port.h"

#include <map>

#include "modules/core/src/element_fixture.h"

namespace ms::core {
namespace {

using api::MediaType;
using HubPortTest = ElementTest;

// Feeds ports as the test says.
class FakeHub final : public Hub {
 public:
  using Hub::Hub;

  HubPort* feederOf(const HubPort& port, MediaType type) override {
    const auto found = feeders.find(&port);
    return type == MediaType::Video && found != feeders.end() ? found->second : nullptr;
  }
  void onPortRemoved(HubPort& port) override {
    feeders.erase(&port);
    std::erase_if(feeders, [&](const auto& entry) { return entry.second == &port; });
  }

  std::map<const HubPort*, HubPort*> feeders;
};

TEST_F(HubPortTest, MediaGoesFromPortToPortAsTheHubSays) {
  run([&] {
    const auto hub = make<FakeHub>(api::kHubClass, pipeline_);
    const auto in = make<HubPort>(api::kHubPortClass, hub, hub);
    const auto out = make<HubPort>(api::kHubPortClass, hub, hub);
    const auto source = makeEndpoint(), sink = makeEndpoint();
    const net::OutletPtr media = makeOutlet();
    source->own = media;
    source->connect(in, {}, {}, {});
    out->connect(sink, {}, {}, {});
    EXPECT_EQ(sink->arriving, nullptr);

    hub->feeders[out.get()] = in.get();
    out->onHubChanged(MediaType::Video);
    EXPECT_EQ(sink->arriving, media);

    source->setFlowOut(MediaType::Video, api::MediaFlowState::Flowing);
    EXPECT_TRUE(out->isMediaFlowingOut(MediaType::Video, "default"));

    source->disconnect(in, {}, {}, {});
    EXPECT_EQ(sink->arriving, nullptr);
    EXPECT_FALSE(out->isMediaFlowingOut(MediaType::Video, "default"));
  });
}

TEST_F(HubPortTest, APortThatClosesLeavesItsHub) {
  run([&] {
    const auto hub = make<FakeHub>(api::kHubClass, pipeline_);
    const auto in = make<HubPort>(api::kHubPortClass, hub, hub);
    const auto out = make<HubPort>(api::kHubPortClass, hub, hub);
    hub->feeders[out.get()] = in.get();
    EXPECT_EQ(hub->ports().size(), 2u);

    in->close();

    EXPECT_EQ(hub->ports().size(), 1u);
    EXPECT_EQ(out->mediaSource(MediaType::Video, {}), nullptr);
  });
}

TEST_F(HubPortTest, PortsThatFeedOneAnotherInACircleAreHarmless) {
  run([&] {
    const auto hub = make<FakeHub>(api::kHubClass, pipeline_);
    const auto one = make<HubPort>(api::kHubPortClass, hub, hub);
    const auto two = make<HubPort>(api::kHubPortClass, hub, hub);
    hub->feeders[one.get()] = two.get();
    hub->feeders[two.get()] = one.get();

    one->connect(two, {}, {}, {});
    two->connect(one, {}, {}, {});

    EXPECT_EQ(one->mediaSource(MediaType::Video, {}), nullptr);
  });
}

TEST_F(HubPortTest, TheDrawingOfAHubShowsWhichPortFeedsWhich) {
  run([&] {
    const auto hub = make<FakeHub>(api::kHubClass, pipeline_);
    const auto in = make<HubPort>(api::kHubPortClass, hub, hub);
    const auto out = make<HubPort>(api::kHubPortClass, hub, hub);
    hub->feeders[out.get()] = in.get();

    std::string drawing;
    hub->getGstreamerDot({}, [&](auto dot) { drawing = *dot; });

    EXPECT_NE(drawing.find('"' + in->id() + "\" -> \"" + out->id() + "\" [label=\"VIDEO\"]"),
              std::string::npos)
        << drawing;
  });
}

}  // namespace
}  // namespace ms::core
