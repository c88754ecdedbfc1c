#include <usrsctp.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "server/packet/sctp/data_peer.h"

namespace {

using namespace ms;
using namespace ms::sctp;

using Packet = std::vector<std::uint8_t>;

constexpr PortPair kPorts{.local = 5000, .remote = 5001};
constexpr std::uint8_t kData = 0, kInit = 1, kInitAck = 2, kReconfig = 130;

struct Side final : DataPeerObserver, DataSink {
  Side(Stack& stack, Role role, PortPair ports, Timestamp now)
      : peer(stack, {.role = role, .ports = ports}, *this, now) {
    peer.addSink(*this);
  }
  ~Side() { peer.removeSink(*this); }

  void onPacket(Bytes packet) override {
    if (packet.size() > Association::kMaxPacketBytes) std::abort();
    out.emplace_back(packet.begin(), packet.end());
  }
  void onDataConnected() override {
    if (std::exchange(is_connected, true)) std::abort();
  }
  void onDataClosed() override {
    if (std::exchange(is_closed, true)) std::abort();
  }
  void onChannelOpened(StreamId channel) override {
    if (!open.insert(channel).second || open.size() > DataChannels::kMaxChannels) std::abort();
  }
  void onChannelClosed(StreamId channel) override { open.erase(channel); }
  void onDataFlow(DataDirection, DataFlow) override {}

  Room room() const override { return Room::Some; }
  void onData(const DataMessage& message) override {
    if (message.bytes.size() > Association::kMaxMessageBytes) std::abort();
  }
  void onSourceAttached(DataSource&) override {}
  void onSourceDetached(DataSource&) override {}

  std::deque<Packet> out;
  std::set<StreamId> open;
  bool is_connected = false;
  bool is_closed = false;
  DataPeer peer;
};

// What a peer who wants to get far knows: the tag to use, and the numbers that come next.
struct Knowledge {
  std::uint32_t tag = 0;
  std::uint32_t next_tsn = 0;
  std::uint32_t next_request = 0;

  void learn(Bytes packet) {
    if (packet.size() < 32) return;
    const std::uint8_t type = packet[12];
    if (type != kInit) tag = loadBe32(packet, 4);
    if (type == kInit || type == kInitAck) next_tsn = next_request = loadBe32(packet, 28);
    if (type == kData) next_tsn = loadBe32(packet, 16) + 1;
    if (type == kReconfig) next_request = loadBe32(packet, 20) + 1;
  }
};

void exchange(Side& victim, Side& other, Knowledge& knowledge) {
  while (!victim.out.empty() || !other.out.empty()) {
    for (const Packet& packet : std::exchange(other.out, {})) {
      knowledge.learn(packet);
      victim.peer.receive(packet);
    }
    for (const Packet& packet : std::exchange(victim.out, {})) other.peer.receive(packet);
  }
}

// One step of the input, as its first byte says.
struct Step {
  std::uint8_t flags;
  Bytes bytes;

  bool isRaw() const { return flags & 1; }
  bool hasBadTag() const { return flags & 2; }
  bool hasBadChecksum() const { return flags & 4; }
  bool hasNextNumber() const { return flags & 8; }
  Duration pause() const {
    constexpr Duration kPauses[] = {Duration(0), std::chrono::milliseconds(10),
                                    std::chrono::seconds(1), std::chrono::seconds(5)};
    return kPauses[flags >> 4 & 3];
  }
};

Packet packetOf(const Step& step, Knowledge& knowledge) {
  if (step.isRaw()) return {step.bytes.begin(), step.bytes.end()};
  Packet packet(kCommonHeaderBytes);
  packet.insert(packet.end(), step.bytes.begin(), step.bytes.end());
  storeBe16(packet, 0, kPorts.remote);
  storeBe16(packet, 2, kPorts.local);
  const bool begins = packet.size() > 12 && packet[12] == kInit;
  storeBe32(packet, 4, (begins ? 0 : knowledge.tag) + (step.hasBadTag() ? 1 : 0));
  if (step.hasNextNumber() && packet.size() >= 24) {
    if (packet[12] == kData) storeBe32(packet, 16, knowledge.next_tsn++);
    if (packet[12] == kReconfig) storeBe32(packet, 20, knowledge.next_request++);
  }
  const std::uint32_t checksum = usrsctp_crc32c(packet.data(), packet.size());
  for (int byte = 0; byte < 4; ++byte)  // usrsctp gives it in network order.
    packet[8 + static_cast<std::size_t>(byte)] =
        static_cast<std::uint8_t>(checksum >> 8 * byte) ^ (step.hasBadChecksum() ? 1 : 0);
  return packet;
}

}  // namespace

// A hostile peer behind a DTLS connection that is in order: its packets, with time passing in
// between, before and after the association is up. Nothing breaks, nothing leaks, all limits hold,
// and each channel is told open and closed in turn.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  Timestamp now{std::chrono::seconds(1)};
  Stack stack;
  Side victim(stack, Role::Server, kPorts, now);
  Side other(stack, Role::Client, {.local = kPorts.remote, .remote = kPorts.local}, now);
  Knowledge knowledge;
  victim.peer.connect();
  if (data[0] & 1) {
    other.peer.connect();
    exchange(victim, other, knowledge);
    if (!victim.is_connected) std::abort();
  }
  if (data[0] & 2) {
    (void)other.peer.open({.label = "known"});
    (void)victim.peer.open({.label = "ours"});
    exchange(victim, other, knowledge);
  }
  const bool answers = data[0] & 4;

  Bytes rest(data + 1, size - 1);
  for (int steps = 0; rest.size() >= 3 && steps < 64; ++steps) {
    const std::size_t wanted = loadBe16(rest, 1);
    Step step{.flags = rest[0], .bytes = {}};
    rest = rest.subspan(3);
    step.bytes = rest.first(std::min(wanted, rest.size()));
    rest = rest.subspan(step.bytes.size());
    victim.peer.receive(packetOf(step, knowledge));
    now += step.pause();
    stack.handleTimeout(now);
    if (answers)
      exchange(victim, other, knowledge);
    else
      victim.out.clear();
  }
  return 0;
}
