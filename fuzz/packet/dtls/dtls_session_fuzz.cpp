#include "server/packet/dtls/dtls_session.h"

#include <cstdlib>
#include <deque>
#include <utility>
#include <vector>

namespace {

using namespace ms;
using namespace ms::dtls;

using Datagram = std::vector<std::uint8_t>;

const Certificate& certificate() {
  static const Certificate made = *Certificate::makeSelfSigned(
      KeyType::Ecdsa, Certificate::WallClock::time_point(std::chrono::days(20000)));
  return made;
}

struct Side final : DtlsObserver {
  explicit Side(DtlsRole role)
      : session(certificate(), role, {certificate().fingerprint()}, *this) {}
  void onDtlsDatagram(Bytes datagram) override {
    if (datagram.size() > DtlsSession::kMtuBytes) std::abort();
    out.emplace_back(datagram.begin(), datagram.end());
  }
  void onDtlsState(DtlsState) override {}
  void onDtlsApplicationData(Bytes) override { std::abort(); }  // Nobody with the keys sent any.

  std::deque<Datagram> out;
  DtlsSession session;
};

void shakeHands(Side& client, Side& server, Timestamp now) {
  while (!client.out.empty() || !server.out.empty()) {
    for (const auto& datagram : std::exchange(client.out, {}))
      server.session.receive(datagram, now);
    for (const auto& datagram : std::exchange(server.out, {}))
      client.session.receive(datagram, now);
  }
}

}  // namespace

// A stranger's datagrams, each behind two bytes of length, with time passing in between: before the
// handshake they never connect, after it they never disturb.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  Timestamp now{std::chrono::seconds(1)};
  Side client(DtlsRole::Client), server(DtlsRole::Server);
  server.session.start(now);
  client.session.start(now);
  const bool connected_before = data[0] & 1;
  if (connected_before) shakeHands(client, server, now);
  Side& target = data[0] & 2 ? client : server;

  Bytes rest(data + 1, size - 1);
  for (int datagrams = 0; rest.size() >= 2 && datagrams < 64; ++datagrams) {
    const std::size_t wanted = loadBe16(rest, 0);
    rest = rest.subspan(2);
    const Bytes datagram = rest.first(std::min(wanted, rest.size()));
    rest = rest.subspan(datagram.size());
    target.session.receive(datagram, now);
    now += std::chrono::milliseconds(100);
    target.session.handleTimeout(now);
  }
  const bool is_connected = target.session.state() == DtlsState::Connected;
  if (is_connected != connected_before) std::abort();
  if (target.session.srtpKeys().has_value() != connected_before) std::abort();
  return 0;
}
