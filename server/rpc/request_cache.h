// Replies of the last seconds, so that a request that a client sends again (it thinks the reply got
// lost) is not carried out twice. A repeat that comes before the reply waits for it.
//
// Lives on the control loop; time comes in. Limited in entries and bytes: the oldest go first.
#pragma once

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/base/units.h"
#include "server/rpc/rpc_limits.h"

namespace ms::rpc {

class RequestCache {
 public:
  // Called with the reply; empty when there is none.
  using OnReply = std::move_only_function<void(const std::string& reply)>;

  explicit RequestCache(const RpcLimits& limits) : limits_(limits) {}

  enum class Lookup { IsNew, IsRepeat };
  // IsNew: the request is to be carried out, and `finish` called then. IsRepeat: `on_reply` has
  // been called or will be.
  Lookup begin(const std::string& session, const std::string& id, Timestamp now, OnReply& on_reply);
  void finish(const std::string& session, const std::string& id, const std::string& reply,
              Timestamp now);

  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::optional<std::string> reply;  // Nothing while it is carried out.
    std::vector<OnReply> waiting;
  };
  struct Age {
    std::string key;
    Timestamp until;
  };
  void makeRoom(Timestamp now);
  void dropOldest();

  const RpcLimits& limits_;
  std::unordered_map<std::string, Entry> entries_;
  std::list<Age> finished_;  // Oldest first.
  std::size_t bytes_ = 0;
};

}  // namespace ms::rpc
