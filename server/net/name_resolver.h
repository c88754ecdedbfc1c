// Looks host names up away from the loop: mDNS names of candidates, by the system's resolver. Such
// a look takes seconds when nobody answers, so that it has a thread of its own, which is started
// with the first name.
//
// Made, used and destroyed on its loop. Destruction does not wait for a look that goes on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/loop.h"

namespace ms::net {

class NameResolver {
 public:
  // Names that wait for the thread; further ones are not found.
  static constexpr std::size_t kMaxWaiting = 64;

  // Numeric addresses of a name, none when it is not known. Called on the resolver's thread.
  using Lookup = std::function<std::vector<std::string>(const std::string& name)>;
  using Found = std::move_only_function<void(std::vector<std::string> addresses)>;

  explicit NameResolver(Loop& loop, Lookup lookup = systemLookup);
  ~NameResolver();
  NameResolver(const NameResolver&) = delete;
  NameResolver& operator=(const NameResolver&) = delete;

  // `found` is called later on the loop, unless the resolver is destroyed before.
  void resolve(std::string name, Found found);

  // getaddrinfo(3).
  static std::vector<std::string> systemLookup(const std::string& name);

 private:
  struct Shared;

  Loop& loop_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace ms::net
