#include "server/rpc/request_cache.h"

#include <utility>

namespace ms::rpc {
namespace {

// Neither part can be mistaken for the other, whatever clients put into them.
std::string keyOf(const std::string& session, const std::string& id) {
  return std::to_string(session.size()) + ":" + session + id;
}

std::size_t costOf(const std::string& key, const std::string& reply) {
  return 2 * key.size() + reply.size();
}

}  // namespace

RequestCache::Lookup RequestCache::begin(const std::string& session, const std::string& id,
                                         Timestamp now, OnReply& on_reply) {
  makeRoom(now);
  const auto [entry, is_new] = entries_.try_emplace(keyOf(session, id));
  if (is_new) return Lookup::IsNew;
  if (entry->second.reply) {
    on_reply(*entry->second.reply);
  } else {
    entry->second.waiting.push_back(std::move(on_reply));
  }
  return Lookup::IsRepeat;
}

void RequestCache::finish(const std::string& session, const std::string& id,
                          const std::string& reply, Timestamp now) {
  const std::string key = keyOf(session, id);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.reply) return;
  found->second.reply = reply;
  bytes_ += costOf(key, reply);
  finished_.push_back({key, now + limits_.cached_reply_time});
  auto waiting = std::exchange(found->second.waiting, {});
  makeRoom(now);
  for (OnReply& on_reply : waiting) on_reply(reply);
}

void RequestCache::makeRoom(Timestamp now) {
  while (!finished_.empty() &&
         (finished_.front().until <= now || finished_.size() > limits_.cached_replies ||
          bytes_ > limits_.cached_reply_bytes)) {
    dropOldest();
  }
}

void RequestCache::dropOldest() {
  const auto entry = entries_.find(finished_.front().key);
  bytes_ -= costOf(entry->first, *entry->second.reply);
  entries_.erase(entry);
  finished_.pop_front();
}

}  // namespace ms::rpc
