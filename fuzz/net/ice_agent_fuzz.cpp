// A connected call whose ports get what strangers send, and what the peer itself sends: it stays
// connected, delivers nothing of strangers, and everything of the peer that is not STUN.
//
// Input: chunks of one byte (whose, and where to), one byte of length, and as many bytes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "server/net/ice_test_peer.h"

namespace {

using namespace ms;
using namespace ms::net;

constexpr std::size_t kMaxChunks = 16;
constexpr std::string_view kMark = "\x80mark";

void require(bool holds) {
  if (!holds) std::abort();
}

struct Call {
  Call() : pair(onLoopback(), isUdp), stranger(socket(AF_INET, SOCK_DGRAM, 0)) {
    require(pair.connect());
    for (const auto& candidate : pair.first.ask([&] { return pair.first.candidates; }))
      if (candidate.address == "127.0.0.1" && candidate.transport == ice::Transport::Udp)
        port = candidate.port;
  }
  ~Call() { ::close(stranger); }

  void sendAsStranger(Bytes bytes) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)sendto(stranger, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                 sizeof to);
  }
  void sendAsPeer(Bytes bytes) {
    pair.second.onLoop([&] { pair.second.agent->send(bytes); });
  }

  IceTestPair pair;
  const int stranger;
  std::uint16_t port = 0;
};

Call& call() {
  static Call made;
  return made;
}

// 0..3 begin STUN messages (RFC 7983), which are libnice's.
bool mayBeStun(Bytes bytes) { return !bytes.empty() && bytes[0] < 4; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto& pair = call().pair;
  pair.first.onLoop([&] { pair.first.datagrams.clear(); });

  std::size_t expected = 0;
  Bytes rest(data, size);
  for (std::size_t chunk = 0; chunk < kMaxChunks && rest.size() > 2; ++chunk) {
    const bool is_of_peer = rest[0] & 1;
    const auto bytes = rest.subspan(2, std::min<std::size_t>(rest[1], rest.size() - 2));
    rest = rest.subspan(2 + bytes.size());
    if (is_of_peer && mayBeStun(bytes)) continue;
    if (is_of_peer) {
      call().sendAsPeer(bytes);
      expected += !bytes.empty();
    } else {
      call().sendAsStranger(bytes);
    }
  }
  call().sendAsPeer(bytesOf(kMark));

  // What the peer sent may be a mark, too.
  require(pair.first.waitFor([&] {
    return pair.first.datagrams.size() > expected && pair.first.datagrams.back() == kMark;
  }));
  pair.first.onLoop([&] {
    require(pair.first.datagrams.size() == expected + 1);
    require(pair.first.states.back() == IceState::Ready);
  });
  return 0;
}
