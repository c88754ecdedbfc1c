// For tests: two peers with data channels, joined by a simulated network in virtual time. The
// program that includes this also gives usrsctp virtual time (virtual_wall_clock.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/packet/peer/simulated_network.h"
#include "server/packet/sctp/data_peer.h"

namespace ms::sctp {

struct ReceivedData {
  std::string label;
  DataKind kind;
  std::string text;
  friend bool operator==(const ReceivedData&, const ReceivedData&) = default;
};

inline Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// An application: keeps what it is given, and says what it is told to.
class TestApplication final : public DataSink, public DataSource {
 public:
  ~TestApplication() {
    for (DataSink* sink : std::exchange(sinks_, {})) sink->onSourceDetached(*this);
    if (source_) source_->removeSink(*this);
  }
  void say(std::string_view text, DataKind kind = DataKind::Text, std::string_view label = {}) {
    for (DataSink* sink : std::vector(sinks_))
      sink->onData({.label = label, .kind = kind, .bytes = bytesOf(text)});
  }
  void setRoom(Room room) {
    room_ = room;
    if (source_) source_->onRoomChanged();
  }
  // What was received in text form, in order.
  std::vector<std::string> texts() const {
    std::vector<std::string> list;
    for (const auto& one : received) list.push_back(one.text);
    return list;
  }

  Room room() const override { return room_; }
  void onData(const DataMessage& message) override {
    received.push_back({std::string(message.label), message.kind,
                        std::string(message.bytes.begin(), message.bytes.end())});
  }
  void onSourceAttached(DataSource& source) override { source_ = &source; }
  void onSourceDetached(DataSource&) override { source_ = nullptr; }
  void addSink(DataSink& sink) override {
    sinks_.push_back(&sink);
    sink.onSourceAttached(*this);
  }
  void removeSink(DataSink& sink) override {
    if (std::erase(sinks_, &sink) > 0) sink.onSourceDetached(*this);
  }
  void onRoomChanged() override { ++room_changes; }

  std::vector<ReceivedData> received;
  int room_changes = 0;

 private:
  Room room_ = Room::Some;
  DataSource* source_ = nullptr;
  std::vector<DataSink*> sinks_;
};

// One end: a DataPeer with an application behind it.
class TestDataPeer final : private DataPeerObserver {
 public:
  TestDataPeer(Stack& stack, peer::SimulatedNetwork& network, const DataPeerConfig& config)
      : network_(network), peer(stack, config, *this, network.now()) {
    peer.addSink(application);
    peer.setSource(&application);
  }
  void joinTo(TestDataPeer& other) { other_ = &other; }

  std::vector<std::string> opened, closed;  // Channels, by number.
  std::vector<std::pair<DataDirection, DataFlow>> flows;
  int connected = 0;
  int ended = 0;
  std::size_t longest_packet = 0;
  std::uint64_t packets = 0;
  peer::NetworkConditions conditions;  // Of what this end sends.
  std::function<bool(Bytes)> loses;    // Packets that do not arrive, besides.

 private:
  void onPacket(Bytes packet) override {
    longest_packet = std::max(longest_packet, packet.size());
    ++packets;
    if (!other_ || (loses && loses(packet))) return;
    network_.send(packet, conditions,
                  [other = other_](MutableBytes bytes, Timestamp) { other->peer.receive(bytes); });
  }
  void onDataConnected() override { ++connected; }
  void onDataClosed() override { ++ended; }
  void onChannelOpened(StreamId channel) override { opened.push_back(std::to_string(*channel)); }
  void onChannelClosed(StreamId channel) override { closed.push_back(std::to_string(*channel)); }
  void onDataFlow(DataDirection direction, DataFlow flow) override {
    flows.emplace_back(direction, flow);
  }

  peer::SimulatedNetwork& network_;
  TestDataPeer* other_ = nullptr;

 public:
  TestApplication application;
  DataPeer peer;
};

// A DTLS client and a server, in one process, as all associations of a server are.
class TestDataCall {
 public:
  static constexpr PortPair kPorts{.local = 5000, .remote = 5001};

  explicit TestDataCall(std::uint32_t seed = 1, DataPeerConfig client_config = clientConfig(),
                        DataPeerConfig server_config = serverConfig())
      : network(seed),
        client(stack, network, client_config),
        server(stack, network, server_config) {
    client.joinTo(server);
    server.joinTo(client);
    network.addSleeper({.next_timeout = [this] { return stack.nextTimeout(); },
                        .handle_timeout = [this](Timestamp now) { stack.handleTimeout(now); }});
  }
  static DataPeerConfig clientConfig() { return {.role = Role::Client, .ports = kPorts}; }
  static DataPeerConfig serverConfig() {
    return {.role = Role::Server, .ports = {.local = kPorts.remote, .remote = kPorts.local}};
  }

  void connect() {
    client.peer.connect();
    server.peer.connect();
    runFor(std::chrono::seconds(1));
  }
  // Opened by the client, usable by both when it returns.
  StreamId open(ChannelParameters parameters = {}) {
    const auto channel = client.peer.open(std::move(parameters));
    runFor(std::chrono::milliseconds(300));
    return *channel;
  }
  void setConditions(const peer::NetworkConditions& conditions) {
    client.conditions = server.conditions = conditions;
  }
  void runFor(Duration duration) { network.runFor(duration); }

  Stack stack;
  peer::SimulatedNetwork network;
  TestDataPeer client;
  TestDataPeer server;
};

}  // namespace ms::sctp
