// What the API shows of an endpoint's data channels: which are open, and the errors of who asks for
// what cannot be. The channels themselves live with all SCTP of the process
// (server/net/data_session.h).
//
// On the pipeline's loop, like the endpoint that owns it.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "server/net/data_session.h"
#include "server/packet/sdp/negotiated.h"

namespace ms::elements {

class DataChannels {
 public:
  // Once data channels are negotiated. `home`: the endpoint's loop, `peer`: that of its peer.
  void start(Loop& home, Loop& peer, net::SctpLoop& sctp, const sdp::NegotiatedSession& session,
             std::weak_ptr<net::DataSessionObserver> observer);
  // Nothing is told any more.
  void stop() { session_.reset(); }

  // 40111 when there are none, or not yet; 40107 when both limits are given; 40009 when there are
  // too many. A limit below 0 is none, one above 65535 is taken as that.
  void create(const std::string& label, bool ordered, int max_packet_life_time, int max_retransmits,
              const std::string& protocol);
  // 40111 as above; 40003 for a number that is none of an open channel.
  void close(int channel_id);

  // What the session tells; true when it is to be told on.
  void onConnected() { is_connected_ = true; }
  void onEnded() { is_connected_ = false; }
  bool onOpened(sctp::StreamId channel) { return open_.insert(channel).second; }
  bool onClosed(sctp::StreamId channel) { return open_.erase(channel) > 0; }

  // Null while there are none.
  net::WirePtr wire() const { return session_ ? session_->wire() : nullptr; }
  net::DataOutletPtr outlet() const { return session_ ? session_->outlet() : nullptr; }
  void setSource(net::DataOutletPtr source);
  // At once, and empty, while there are none.
  void statistics(std::move_only_function<void(const sctp::DataStatistics&)> done);

 private:
  void checkConnected() const;

  std::unique_ptr<net::DataSession> session_;
  bool is_connected_ = false;
  std::set<sctp::StreamId> open_;
};

}  // namespace ms::elements
