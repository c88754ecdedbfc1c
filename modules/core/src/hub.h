// A hub joins its ports: which port's input leaves at which port's output is what kinds of hubs
// differ in. The hub's ports are its children.
#pragma once

#include <vector>

#include "modules/core/src/media_object.h"

namespace ms::core {

class HubPort;

class Hub : public MediaObject, public api::Hub {
 public:
  static constexpr std::size_t kMaxPorts = 10'000;

  explicit Hub(model::ObjectContext context) : MediaObject(context) {}

  // api::Hub.
  std::string getGstreamerDot(std::optional<api::GstreamerDotDetails> details) override;
  void dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details) override;

  // A port is made, or closes. Throws ApiError 40009 beyond kMaxPorts.
  void addPort(HubPort& port);
  void removePort(HubPort& port);
  const std::vector<HubPort*>& ports() const { return ports_; }
  // `object` as one of the ports, or null when it is none of them (any more).
  HubPort* portOf(const model::ObjectPtr& object) const;

  // Who feeds the output of `port`: null when nothing does. The hub calls port.onHubChanged() when
  // its answer changes.
  virtual HubPort* feederOf(const HubPort& port, api::MediaType type) = 0;

 protected:
  // It is none of the ports any more.
  virtual void onPortRemoved(HubPort&) {}

 private:
  std::vector<HubPort*> ports_;  // Each removes itself when it closes, before the hub does.
};

}  // namespace ms::core
