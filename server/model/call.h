// What the generated binding of a method is made of: reading its parameters, and running it on the
// object behind a Call. Only generated .cpp files include this.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "server/model/answer.h"
#include "server/model/descriptor.h"
#include "server/model/json_value.h"

namespace ms::model {

// The parameters of one call, read in the order of the descriptor.
class Parameters {
 public:
  // Of a method: what is no object has no members.
  Parameters(const Json::Value& params, ObjectResolver& objects)
      : params_(params), objects_(objects) {}

  template <typename T>
  void required(std::string_view name, T& out, std::string_view object_class = {}) {
    readMember(params_, {name, kParameter, object_class}, objects_, out);
  }

  // Optional parameters of a constructor: each for itself. What is not given stays as it is.
  template <typename T>
  void optional(std::string_view name, T& out, std::string_view object_class = {}) {
    if (memberOf(params_, name)) required(name, out, object_class);
  }

  // Optional parameters of a method count only as far as they are given without a gap.
  template <typename T>
  void leading(std::string_view name, T& out, std::string_view object_class = {}) {
    if (!memberOf(params_, name)) gap_ = true;
    if (!gap_) required(name, out, object_class);
  }

 private:
  const Json::Value& params_;
  ObjectResolver& objects_;
  bool gap_ = false;
};

// Throws ApiError 40001 unless `params` is an object; absent (null) will do if nothing is required.
enum class Requirement { Nothing, Something };
void checkConstructorParams(const Json::Value& params, Requirement requirement);

ApiError unexpectedError(const std::exception& error);
[[noreturn]] void throwNotImplementing(const Object& object);

template <typename Interface>
Interface& interfaceOf(Object& object) {
  auto* self = dynamic_cast<Interface*>(&object);
  if (!self) throwNotImplementing(object);
  return *self;
}

// What a call throws becomes its answer, so that a Call made here always answers.
template <typename Work>
Result resultOf(Work&& work) {
  try {
    return work();
  } catch (const ApiError& error) {
    return std::unexpected(error);
  } catch (const std::exception& error) {
    return std::unexpected(unexpectedError(error));
  }
}

// `work(Interface&)` gives a value or void.
template <typename Interface, typename Work>
Call makeCall(Work work) {
  return [work = std::move(work)](Object& object, Reply reply) mutable {
    reply(resultOf([&]() -> Json::Value {
      Interface& self = interfaceOf<Interface>(object);
      if constexpr (std::is_void_v<std::invoke_result_t<Work&, Interface&>>) {
        work(self);
        return {};
      } else {
        return toJson(work(self));
      }
    }));
  };
}

// `work(Interface&, Answer<T>)` answers itself, or throws without having answered.
template <typename Interface, typename T, typename Work>
Call makeAsyncCall(Work work) {
  return [work = std::move(work)](Object& object, Reply reply) mutable {
    const auto waiting = std::make_shared<Reply>(std::move(reply));
    Answer<T> answer = [waiting](std::expected<T, ApiError> value) {
      if (!*waiting) return;
      Reply answered = std::exchange(*waiting, nullptr);
      if (!value) return answered(std::unexpected(std::move(value.error())));
      if constexpr (std::is_void_v<T>) {
        answered(Json::Value());
      } else {
        answered(toJson(*value));
      }
    };
    const Result started = resultOf([&]() -> Json::Value {
      work(interfaceOf<Interface>(object), std::move(answer));
      return {};
    });
    if (!started && *waiting) std::exchange(*waiting, nullptr)(std::unexpected(started.error()));
  };
}

}  // namespace ms::model
