#include "server/packet/srtp/keyed_cipher.h"

#include <utility>

namespace ms::srtp {

std::optional<KeyedCipher> KeyedCipher::make(const EVP_CIPHER* algorithm, Bytes key,
                                             Direction direction) {
  if (key.size() != static_cast<std::size_t>(EVP_CIPHER_get_key_length(algorithm)))
    return std::nullopt;
  Handle context(EVP_CIPHER_CTX_new());
  const int seals = direction == Direction::Seal ? 1 : 0;
  if (!context ||
      EVP_CipherInit_ex(context.get(), algorithm, nullptr, key.data(), nullptr, seals) != 1)
    return std::nullopt;
  return KeyedCipher(std::move(context));
}

bool KeyedCipher::setIv(Bytes iv) {
  return EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data(), -1) == 1;
}

bool KeyedCipher::authenticate(Bytes data) {
  int size = 0;
  return EVP_CipherUpdate(context_.get(), nullptr, &size, data.data(),
                          static_cast<int>(data.size())) == 1;
}

bool KeyedCipher::apply(MutableBytes data) {
  if (data.empty()) return true;
  int size = 0;
  return EVP_CipherUpdate(context_.get(), data.data(), &size, data.data(),
                          static_cast<int>(data.size())) == 1;
}

bool KeyedCipher::makeTag(MutableBytes tag) {
  int size = 0;
  return EVP_CipherFinal_ex(context_.get(), tag.data(), &size) == 1 &&
         EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                             tag.data()) == 1;
}

bool KeyedCipher::checkTag(MutableBytes tag) {
  std::uint8_t nothing[1];
  int size = 0;
  return EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                             tag.data()) == 1 &&
         EVP_CipherFinal_ex(context_.get(), nothing, &size) == 1;
}

}  // namespace ms::srtp
