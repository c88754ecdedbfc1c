// Sessions and what they hold. An object lives as long as some session holds it; a session that
// nobody uses for a while is ended, and so are the objects that only it held.
//
// Invariant: who holds an object holds its parents. Lives on the control loop.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/rpc/rpc_limits.h"

namespace ms::rpc {

class SessionTable {
 public:
  explicit SessionTable(const RpcLimits& limits) : limits_(limits) {}

  bool has(const std::string& session) const { return sessions_.contains(session); }
  std::vector<std::string> ids() const;
  std::vector<std::string> objectsOf(const std::string& session) const;
  std::size_t size() const { return sessions_.size(); }

  // Says that the session is in use; no effect on an unknown one.
  void touch(const std::string& session);

  // Throws ApiError 40009 when the session could not hold one object more.
  void checkRoom(const std::string& session) const;
  // The session, made if need be, holds the object and its parents. Throws like checkRoom().
  void reference(const std::string& session, const std::string& object);
  // The new child is held by `session` and by all who hold its parent.
  void adopt(const std::string& session, const std::string& child);

  // The session lets go of these objects. Gives those that nobody holds any more.
  std::vector<std::string> release(const std::string& session,
                                   const std::vector<std::string>& objects);
  // The objects are gone: nobody holds them.
  void forget(const std::string& object);
  // Gives what nobody holds any more.
  std::vector<std::string> end(const std::string& session);

  // One pass of the garbage collection: gives the sessions that were not touched since the last
  // pass, which are to be ended.
  std::vector<std::string> collectUnused();

 private:
  struct Session {
    std::set<std::string> objects;
    bool is_used = true;
  };
  void hold(const std::string& session, const std::string& object);

  const RpcLimits& limits_;
  std::unordered_map<std::string, Session> sessions_;
  std::unordered_map<std::string, std::set<std::string>> holders_;  // Object -> sessions.
};

}  // namespace ms::rpc
