#include "modules/elements/src/dispatcher.h"

#include "modules/core/src/element_fixture.h"
#include "modules/elements/src/dispatcher_one_to_many.h"
#include "server/model/api_error.h"

namespace ms::elements {
namespace {

using core::FakeEndpoint;
using core::HubPort;

// One endpoint on either side of a port: `in` feeds it, `out` is fed by it.
struct Seat {
  std::shared_ptr<HubPort> port;
  std::shared_ptr<FakeEndpoint> in, out;
};

template <class HubOfTest>
class RoutingHubTest : public core::ElementTest {
 protected:
  std::shared_ptr<HubOfTest> makeHub(const model::ClassDescriptor& descriptor) {
    return make<HubOfTest>(descriptor, pipeline_);
  }
  Seat makeSeat(const std::shared_ptr<HubOfTest>& hub) {
    Seat seat{make<HubPort>(api::kHubPortClass, hub, model::ObjectPtr(hub)), makeEndpoint(),
              makeEndpoint()};
    seat.in->own = makeOutlet();
    seat.in->connect(seat.port, {}, {}, {});
    seat.port->connect(seat.out, {}, {}, {});
    return seat;
  }
};

template <class Call>
model::ErrorCode codeOf(Call call) {
  try {
    call();
  } catch (const model::ApiError& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return {};
}

class DispatcherTest : public RoutingHubTest<Dispatcher> {
 protected:
  std::shared_ptr<Dispatcher> makeHub() { return RoutingHubTest::makeHub(api::kDispatcherClass); }
};

TEST_F(DispatcherTest, PortsGetNothingUntilTheyAreConnected) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub);
    EXPECT_EQ(one.out->arriving, nullptr);
    EXPECT_EQ(two.out->arriving, nullptr);

    hub->connect(one.port, two.port);

    EXPECT_EQ(two.out->arriving, one.in->own);
    EXPECT_EQ(one.out->arriving, nullptr);
  });
}

TEST_F(DispatcherTest, ASinkTakesTheLastSourceThatItWasConnectedTo) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub), viewer = makeSeat(hub);
    hub->connect(one.port, viewer.port);
    hub->connect(two.port, viewer.port);
    EXPECT_EQ(viewer.out->arriving, two.in->own);
  });
}

TEST_F(DispatcherTest, OneSourceFeedsManyPortsAndItself) {
  run([&] {
    const auto hub = makeHub();
    const Seat source = makeSeat(hub), two = makeSeat(hub), three = makeSeat(hub);
    for (const Seat* sink : {&source, &two, &three}) hub->connect(source.port, sink->port);
    for (const Seat* sink : {&source, &two, &three}) EXPECT_EQ(sink->out->arriving, source.in->own);
  });
}

TEST_F(DispatcherTest, ThePortOfAnotherHubCannotBeConnected) {
  run([&] {
    const auto hub = makeHub(), other = makeHub();
    const Seat own = makeSeat(hub), foreign = makeSeat(other);
    for (const auto& [source, sink] :
         {std::pair(own.port, foreign.port), std::pair(foreign.port, own.port)})
      EXPECT_EQ(codeOf([&] { hub->connect(source, sink); }), model::ErrorCode::ConnectError);
    EXPECT_EQ(foreign.out->arriving, nullptr);
    EXPECT_EQ(own.out->arriving, nullptr);
  });
}

TEST_F(DispatcherTest, APortThatIsGoneCannotBeConnected) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub);
    one.port->close();
    EXPECT_EQ(codeOf([&] { hub->connect(one.port, two.port); }), model::ErrorCode::ConnectError);
  });
}

TEST_F(DispatcherTest, WhenASourcePortClosesItsSinksGetNothingMore) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub), three = makeSeat(hub);
    hub->connect(one.port, two.port);
    hub->connect(three.port, one.port);

    one.port->close();

    EXPECT_EQ(two.out->arriving, nullptr);
    EXPECT_EQ(hub->feederOf(*two.port, api::MediaType::Video), nullptr);
  });
}

TEST_F(DispatcherTest, AnEndpointThatLeavesASourcePortAndReturnsIsSeenAgain) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub);
    hub->connect(one.port, two.port);
    one.in->disconnect(one.port, {}, {}, {});
    EXPECT_EQ(two.out->arriving, nullptr);
    one.in->connect(one.port, {}, {}, {});
    EXPECT_EQ(two.out->arriving, one.in->own);
  });
}

class DispatcherOneToManyTest : public RoutingHubTest<DispatcherOneToMany> {
 protected:
  std::shared_ptr<DispatcherOneToMany> makeHub() {
    return RoutingHubTest::makeHub(api::kDispatcherOneToManyClass);
  }
};

TEST_F(DispatcherOneToManyTest, TheSourceReachesAllPortsAndItself) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub);
    hub->setSource(one.port);
    const Seat late = makeSeat(hub);
    for (const Seat* seat : {&one, &two, &late}) EXPECT_EQ(seat->out->arriving, one.in->own);
  });
}

TEST_F(DispatcherOneToManyTest, AnotherSourceReplacesTheFormer) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub);
    hub->setSource(one.port);
    hub->setSource(two.port);
    for (const Seat* seat : {&one, &two}) EXPECT_EQ(seat->out->arriving, two.in->own);
  });
}

TEST_F(DispatcherOneToManyTest, WithoutASourceNobodyGetsAnything) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub);
    hub->setSource(one.port);
    hub->removeSource();
    for (const Seat* seat : {&one, &two}) EXPECT_EQ(seat->out->arriving, nullptr);
    hub->removeSource();  // Once more changes nothing.
  });
}

TEST_F(DispatcherOneToManyTest, ASourcePortThatClosesIsNoSourceAnyMore) {
  run([&] {
    const auto hub = makeHub();
    const Seat one = makeSeat(hub), two = makeSeat(hub);
    hub->setSource(one.port);
    one.port->close();
    EXPECT_EQ(two.out->arriving, nullptr);
    hub->setSource(two.port);
    EXPECT_EQ(two.out->arriving, two.in->own);
  });
}

TEST_F(DispatcherOneToManyTest, ThePortOfAnotherHubIsNoSource) {
  run([&] {
    const auto hub = makeHub(), other = makeHub();
    const Seat own = makeSeat(hub), foreign = makeSeat(other);
    EXPECT_EQ(codeOf([&] { hub->setSource(foreign.port); }), model::ErrorCode::ConnectError);
    EXPECT_EQ(own.out->arriving, nullptr);
  });
}

}  // namespace
}  // namespace ms::elements
