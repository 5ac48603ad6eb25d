// SHA-256 of files, by libcrypto; sha256_none.cpp is in its place where that is not there.
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "weights_bytes.hpp"
#include "weights_record.hpp"

namespace neural_style {

std::string sha256_of(const std::string& path, const std::atomic<bool>& cancel,
                      const std::function<void(std::uint64_t, std::uint64_t)>& on_progress) {
    const auto bytes = open_weights_bytes(path);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
        throw Error(Cause::internal, "SHA-256 cannot be computed.");
    std::vector<std::uint8_t> piece(1 << 20);
    for (std::uint64_t done = 0; done < bytes->size();) {
        if (cancel) return {};
        const auto count = std::size_t(std::min<std::uint64_t>(piece.size(), bytes->size() - done));
        try {
            bytes->read(done, piece.data(), count);
        } catch (const Error& error) {
            throw Error(Cause::weights, "The weights file " + path + " cannot be read: " + error.what() + ".");
        }
        EVP_DigestUpdate(context.get(), piece.data(), count);
        done += count;
        if (on_progress) on_progress(done, bytes->size());
    }
    std::uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_DigestFinal_ex(context.get(), digest, &length);
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += "0123456789abcdef"[digest[i] >> 4];
        text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
}

}  // namespace neural_style
