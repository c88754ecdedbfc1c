#include "modules/heartbeat/src/heartbeat.h"

#include <gtest/gtest.h>
#include <json/json.h>

#include <future>

#include "server/model/api_error.h"

namespace ms::heartbeat {
namespace {

class BeatCounter : public model::EventSink {
 public:
  explicit BeatCounter(int wanted) : wanted_(wanted) {}

  void onEvent(const std::string&, std::string_view type, Json::Value data) override {
    type_ = type;
    last_ = std::move(data);
    if (--wanted_ == 0) reached_.set_value();
  }
  void wait() { reached_.get_future().get(); }
  const std::string& type() const { return type_; }
  const Json::Value& last() const { return last_; }

 private:
  int wanted_;
  std::string type_;
  Json::Value last_;
  std::promise<void> reached_;
};

class HeartbeatTest : public ::testing::Test {
 protected:
  // All of an object's life is on its loop.
  void onLoop(Task task) { loop_.runAndWait(std::move(task)); }

  std::shared_ptr<Heartbeat> make(model::EventSink& events, int period_ms) {
    return std::make_shared<Heartbeat>(model::ObjectContext{"id", api::heartbeat::kHeartbeatClass,
                                                            nullptr, loop_, events, config_},
                                       period_ms);
  }

  Loop loop_{"test"};
  Json::Value config_;
};

TEST_F(HeartbeatTest, BeatsUntilItIsClosed) {
  BeatCounter counter(3);
  std::shared_ptr<Heartbeat> heart;
  onLoop([&] { heart = make(counter, Heartbeat::kMinPeriodMs); });

  counter.wait();

  onLoop([&] {
    heart->close();
    EXPECT_EQ(counter.type(), "Beat");
    EXPECT_EQ(counter.last()["count"], heart->getBeats());
    EXPECT_EQ(counter.last()["type"], "Beat");
    EXPECT_EQ(counter.last()["source"], "id");
    heart.reset();
  });
}

TEST_F(HeartbeatTest, BeatsOnDemand) {
  BeatCounter counter(1);
  onLoop([&] {
    const auto heart = make(counter, Heartbeat::kMaxPeriodMs);
    EXPECT_EQ(heart->getBeats(), 0);
    EXPECT_EQ(heart->beatNow(), 1);
    EXPECT_EQ(counter.last()["count"], 1);
    heart->close();
    heart->setPeriodMs(Heartbeat::kMinPeriodMs);
    EXPECT_EQ(heart->getPeriodMs(), Heartbeat::kMinPeriodMs);
  });
}

TEST_F(HeartbeatTest, RefusesAPeriodOutsideItsLimits) {
  BeatCounter counter(1);
  onLoop([&] {
    EXPECT_THROW(make(counter, Heartbeat::kMinPeriodMs - 1), model::ApiError);
    const auto heart = make(counter, 1000);
    EXPECT_THROW(heart->setPeriodMs(Heartbeat::kMaxPeriodMs + 1), model::ApiError);
    EXPECT_EQ(heart->getPeriodMs(), 1000);
    heart->close();
  });
}

}  // namespace
}  // namespace ms::heartbeat
