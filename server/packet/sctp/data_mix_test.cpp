#include "server/packet/sctp/data_mix.h"

#include <gmock/gmock.h>

#include <string>

namespace ms::sctp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Source final : DataSource {
  ~Source() {
    for (DataSink* sink : std::exchange(sinks, {})) sink->onSourceDetached(*this);
  }
  void addSink(DataSink& sink) override {
    if (std::ranges::find(sinks, &sink) != sinks.end()) return;
    sinks.push_back(&sink);
    sink.onSourceAttached(*this);
  }
  void removeSink(DataSink& sink) override {
    if (std::erase(sinks, &sink) > 0) sink.onSourceDetached(*this);
  }
  void onRoomChanged() override { ++room_changes; }
  void send(const std::string& text) {
    const DataMessage message{
        .bytes = {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}};
    for (DataSink* sink : sinks) sink->onData(message);
  }

  std::vector<DataSink*> sinks;
  int room_changes = 0;
};

struct Sink final : DataSink {
  Room room() const override { return now; }
  void onData(const DataMessage& message) override {
    heard.emplace_back(message.bytes.begin(), message.bytes.end());
  }
  void onSourceAttached(DataSource& source) override { from = &source; }
  void onSourceDetached(DataSource&) override { from = nullptr; }

  Room now = Room::Some;
  std::vector<std::string> heard;
  DataSource* from = nullptr;
};

TEST(DataMix, GivesTheMessagesOfAllSourcesToAllSinks) {
  Source a, b;
  Sink one, other;
  DataMix mix;
  mix.setSources({&a, &b});
  mix.addSink(one);
  mix.addSink(other);
  a.send("from a");
  b.send("from b");
  EXPECT_THAT(one.heard, ElementsAre("from a", "from b"));
  EXPECT_THAT(other.heard, ElementsAre("from a", "from b"));
}

TEST(DataMix, ForgetsASourceThatIsNoneAnyMoreAndOneThatEnds) {
  Source a;
  Sink sink;
  DataMix mix;
  mix.addSink(sink);
  {
    Source b;
    mix.setSources({&a, &b});
    mix.setSources({&b});
    EXPECT_THAT(a.sinks, IsEmpty());
    a.send("unheard");
  }
  mix.setSources({&a});
  a.send("heard");
  EXPECT_THAT(sink.heard, ElementsAre("heard"));
}

TEST(DataMix, HasRoomAsLongAsOneSinkHas) {
  Sink slow, quick;
  DataMix mix;
  EXPECT_EQ(mix.room(), Room::Absent);
  slow.now = Room::Full;
  mix.addSink(slow);
  EXPECT_EQ(mix.room(), Room::Full);
  mix.addSink(quick);
  EXPECT_EQ(mix.room(), Room::Some);
  quick.now = Room::Absent;
  EXPECT_EQ(mix.room(), Room::Full);
}

TEST(DataMix, TellsItsSourcesOfNewRoom) {
  Source a;
  Sink sink;
  DataMix mix;
  mix.setSources({&a});
  mix.addSink(sink);
  const int before = a.room_changes;
  mix.onRoomChanged();
  EXPECT_EQ(a.room_changes, before + 1);
}

TEST(DataMix, EndsCirclesOfMixes) {
  Source a;
  Sink sink;
  DataMix one, other;
  one.setSources({&a, &other});
  other.setSources({&one});
  other.addSink(sink);
  a.send("once");
  EXPECT_THAT(sink.heard, ElementsAre("once"));
  EXPECT_EQ(one.room(), Room::Some);
  one.onRoomChanged();
}

TEST(DataMix, TellsItsSinksOfItsEnd) {
  Source a;
  Sink sink;
  {
    DataMix mix;
    mix.setSources({&a});
    mix.addSink(sink);
    EXPECT_EQ(sink.from, &mix);
  }
  EXPECT_EQ(sink.from, nullptr);
  EXPECT_THAT(a.sinks, IsEmpty());
}

}  // namespace
}  // namespace ms::sctp
