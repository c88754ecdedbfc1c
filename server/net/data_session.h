// The data channels of one peer as an endpoint on its pipeline's loop uses them: an sctp::DataPeer
// on the loop of all SCTP, and a wire to the peer's DTLS connection, wherever that is.
//
// Every function is called, every observer function and every answer is told, on the home loop.
#pragma once

#include <functional>
#include <memory>

#include "server/net/remote.h"
#include "server/net/sctp_loop.h"
#include "server/net/wire.h"
#include "server/packet/sctp/data_peer.h"

namespace ms::net {

// A DataSource as other loops know it; it is opened and closed on the loop of SCTP, and may be held
// before it exists and after it has gone.
class DataOutlet {
 public:
  explicit DataOutlet(Loop& sctp) : loop_(sctp) {}
  DataOutlet(const DataOutlet&) = delete;
  DataOutlet& operator=(const DataOutlet&) = delete;

  void open(sctp::DataSource& source) {
    loop_.assertHere();
    source_ = &source;
  }
  void close() {
    loop_.assertHere();
    source_ = nullptr;
  }
  sctp::DataSource* source() const {
    loop_.assertHere();
    return source_;
  }

 private:
  Loop& loop_;
  sctp::DataSource* source_ ONLY_ON(loop_) = nullptr;
};

using DataOutletPtr = std::shared_ptr<DataOutlet>;

class DataSessionObserver {
 public:
  virtual ~DataSessionObserver() = default;

  // As sctp::DataPeerObserver tells them.
  virtual void onDataConnected() = 0;
  virtual void onDataClosed() = 0;
  virtual void onChannelOpened(sctp::StreamId channel) = 0;
  virtual void onChannelClosed(sctp::StreamId channel) = 0;
  virtual void onDataFlow(sctp::DataDirection direction, sctp::DataFlow flow) = 0;
  // open() was not possible after all: the peer has too many channels, or is gone.
  virtual void onChannelRefused(sctp::Drop reason) = 0;
};

class DataSession {
 public:
  // `peer`: the loop of the DTLS connection. The observer is told as long as somebody holds it.
  DataSession(Loop& home, Loop& peer, SctpLoop& sctp, const sctp::DataPeerConfig& config,
              std::weak_ptr<DataSessionObserver> observer);
  // Tells the peer, and ends the links.
  ~DataSession();
  DataSession(const DataSession&) = delete;
  DataSession& operator=(const DataSession&) = delete;

  // For the end of the DTLS connection.
  const WirePtr& wire() const { return wire_; }
  // What the peer sends.
  const DataOutletPtr& outlet() const { return outlet_; }
  // What is sent to the peer; null: nothing.
  void setSource(DataOutletPtr source);

  void open(sctp::ChannelParameters parameters);
  void close(sctp::StreamId channel);
  void statistics(std::move_only_function<void(const sctp::DataStatistics&)> done);

 private:
  struct Hosted;

  Loop& home_;
  const WirePtr wire_;
  const DataOutletPtr outlet_;
  Remote<Hosted> hosted_;
};

}  // namespace ms::net
