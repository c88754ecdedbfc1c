#include "server/net/drop_log.h"

#include "server/base/log.h"

namespace ms::net {
namespace {

LogCategory category("packets");

}  // namespace

void logDrops(const peer::MediaPeer& peer) {
  if (!category.enabled(LogLevel::Debug)) return;
  const std::string drops = describe(peer.statistics().drops);
  if (!drops.empty()) MS_LOG(category, Debug, "dropped: " << drops);
}

}  // namespace ms::net
