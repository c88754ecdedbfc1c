// Raises an event at a steady pace: the example of a plug-in's class.
//
// Made by its factory on the loop of its pipeline and driven by a timer there. The timer ends in
// onClose(), because the last reference to an object may go on another loop.
#pragma once

#include <optional>

#include "modules/core/src/media_object.h"
#include "modules/heartbeat/api.h"
#include "server/base/loop.h"

namespace ms::heartbeat {

class Heartbeat final : public core::MediaObject, public api::heartbeat::Heartbeat {
 public:
  static constexpr int kMinPeriodMs = 10;
  static constexpr int kMaxPeriodMs = 3'600'000;

  Heartbeat(model::ObjectContext context, int period_ms);

  // api::heartbeat::Heartbeat.
  int getPeriodMs() override { return period_ms_; }
  void setPeriodMs(int period_ms) override;
  int getBeats() override { return beats_; }
  int beatNow() override;

 private:
  void onClose() override { timer_.reset(); }
  void scheduleBeat();

  int period_ms_;
  int beats_ = 0;
  std::optional<Timer> timer_;
};

}  // namespace ms::heartbeat
