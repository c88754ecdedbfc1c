// A hub joins its ports: which port's input leaves at which port's output is what kinds of hubs
// differ in. The hub's ports are its children.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "modules/core/src/media_element.h"

namespace ms::core {

class HubPort;

class Hub : public MediaObject, public api::Hub {
 public:
  static constexpr std::size_t kMaxPorts = 10'000;

  explicit Hub(model::ObjectContext context) : MediaObject(context) {}

  // api::Hub.
  void getGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                       model::Answer<std::string> answer) override;
  void dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                        model::Answer<void> answer) override;
  // The chain of the frame plane that works for this hub, as a digraph; empty when there is none.
  virtual void drawChain(OnDrawn done) { done({}); }

  // A port is made, or closes. Throws ApiError 40009 beyond kMaxPorts. The name of each is a number
  // that grows.
  std::uint32_t addPort(HubPort& port);
  void removePort(HubPort& port);
  const std::vector<HubPort*>& ports() const { return ports_; }
  // `object` as one of the ports, or null when it is none of them (any more).
  HubPort* portOf(const model::ObjectPtr& object) const;

  // Who feeds the output of `port`: null when nothing does. The hub calls port.onHubChanged() when
  // its answer changes.
  virtual HubPort* feederOf(const HubPort& port, api::MediaType type) = 0;
  // Where that output is to be had: that which goes into the feeder, unless the hub makes it
  // itself.
  virtual net::OutletPtr outputOf(HubPort& port, api::MediaType type,
                                  const AcceptedFormats& accepted);
  // The same for DATA.
  virtual net::DataOutletPtr dataOutputOf(HubPort& port);
  // What goes into `port` comes from elsewhere now.
  virtual void onInputChanged(HubPort& /*port*/, api::MediaType /*type*/) {}

 protected:
  // It is none of the ports any more.
  virtual void onPortRemoved(HubPort&) {}

 private:
  std::uint32_t next_number_ = 0;
  std::vector<HubPort*> ports_;  // Each removes itself when it closes, before the hub does.
};

}  // namespace ms::core
