#include "engine/storage/snapshot_format.h"

#include <openssl/evp.h>

#include <utility>

namespace mi::storage::internal {

void WriteHeader(const SnapshotHeader& header, Writer& out) {
  out.String(header.creator);
  out.String(header.position.epoch);
  out.Varint(header.position.sequence);
  out.SignedVarint(header.created);
  out.Varint(header.facts.size());
  for (const auto& [name, value] : header.facts) {
    out.String(name);
    out.String(value);
  }
}

SnapshotHeader ReadHeader(Reader& in) {
  SnapshotHeader header;
  header.creator = in.String();
  header.position.epoch = in.String();
  header.position.sequence = in.Varint();
  header.created = in.SignedVarint();
  for (size_t facts = in.Count(/*min_bytes=*/2); facts > 0; --facts) {
    std::string name(in.String());
    header.facts.emplace_back(std::move(name), in.String());
  }
  return header;
}

void WriteSections(const std::vector<SectionEntry>& sections, Writer& out) {
  out.Varint(sections.size());
  for (const SectionEntry& section : sections) {
    out.String(section.name);
    out.Fixed64(section.offset);
    out.Fixed64(section.length);
    out.Fixed32(section.checksum);
  }
}

std::vector<SectionEntry> ReadSections(Reader& in) {
  constexpr size_t kMinBytes = 21;
  std::vector<SectionEntry> sections(in.Count(kMinBytes));
  for (SectionEntry& section : sections) {
    section.name = in.String();
    section.offset = in.Fixed64();
    section.length = in.Fixed64();
    section.checksum = in.Fixed32();
  }
  return sections;
}

namespace {

EVP_MD_CTX* Context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(Context(context_), EVP_sha256(), nullptr);
}

Sha256::~Sha256() { EVP_MD_CTX_free(Context(context_)); }

void Sha256::Update(std::string_view bytes) {
  EVP_DigestUpdate(Context(context_), bytes.data(), bytes.size());
}

std::array<char, kHashBytes> Sha256::Finish() {
  std::array<char, kHashBytes> hash{};
  EVP_DigestFinal_ex(Context(context_),
                     reinterpret_cast<unsigned char*>(hash.data()), nullptr);
  return hash;
}

std::string HexText(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text.push_back(kDigits[value >> 4]);
    text.push_back(kDigits[value & 15]);
  }
  return text;
}

}  // namespace mi::storage::internal
