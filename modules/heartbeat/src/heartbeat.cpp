#include "modules/heartbeat/src/heartbeat.h"

#include <chrono>
#include <string>
#include <utility>

#include "server/model/api_error.h"

namespace ms::heartbeat {
namespace {

int checkedPeriod(int period_ms) {
  if (period_ms >= Heartbeat::kMinPeriodMs && period_ms <= Heartbeat::kMaxPeriodMs)
    return period_ms;
  throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam,
                        "periodMs should be " + std::to_string(Heartbeat::kMinPeriodMs) + " to " +
                            std::to_string(Heartbeat::kMaxPeriodMs));
}

}  // namespace

Heartbeat::Heartbeat(model::ObjectContext context, int period_ms)
    : core::MediaObject(std::move(context)), period_ms_(checkedPeriod(period_ms)), timer_(loop()) {
  scheduleBeat();
}

void Heartbeat::setPeriodMs(int period_ms) {
  period_ms_ = checkedPeriod(period_ms);
  if (timer_) scheduleBeat();
}

int Heartbeat::beatNow() {
  ++beats_;
  raise(api::heartbeat::Beat{beats_});
  return beats_;
}

void Heartbeat::scheduleBeat() {
  timer_->start(std::chrono::milliseconds(period_ms_), [this] {
    beatNow();
    scheduleBeat();
  });
}

}  // namespace ms::heartbeat
