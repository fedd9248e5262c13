#include "trace/redact/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/digest.h"
#include "trace/redact/op_types.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

template <std::size_t N>
bool begins_with_any(std::string_view text, const std::array<std::string_view, N>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view one) { return text.starts_with(one); });
}

// What tokens of well-known services begin with.
constexpr std::array kTokens{
    "hf_"sv,  "ghp_"sv, "gho_"sv,  "ghs_"sv,  "github_pat_"sv, "glpat-"sv, "sk-"sv, "AKIA"sv,
    "ASIA"sv, "AIza"sv, "xoxb-"sv, "xoxp-"sv, "eyJ"sv,         "nvapi-"sv, "pypi-"sv};
constexpr std::array kSecretWords{"password"sv, "passwd"sv, "secret"sv,
                                                       "api_key"sv,  "apikey"sv, "token="sv,
                                                       "bearer "sv,  "authorization"sv, "private key"sv};

bool has_token(std::string_view text) {
  constexpr std::size_t kShortest = 8;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at != 0 && is_word(text[at - 1])) continue;
    for (std::string_view token : kTokens) {
      if (!text.substr(at).starts_with(token)) continue;
      std::size_t end = at + token.size();
      while (end < text.size() && (is_word(text[end]) || text[end] == '-')) ++end;
      if (end - at - token.size() >= kShortest) return true;
    }
  }
  return false;
}

// Digests, keys and UUIDs: 32 hexadecimal digits or more in a row, hyphens not counted.
bool has_long_hex(std::string_view text) {
  constexpr int kLong = 32;
  int digits = 0;
  for (char c : text) {
    if (is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f')) {
      if (++digits == kLong) return true;
    } else if (c != '-') {
      digits = 0;
    }
  }
  return false;
}

// Four numbers with dots between.
bool has_ip_address(std::string_view text) {
  int parts = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    const bool number = end != at && end - at <= 3;
    parts = number ? parts + 1 : 0;
    if (parts == 4) return true;
    if (!number || end == text.size() || text[end] != '.') parts = 0;
    at = end + 1;
  }
  return false;
}

// A slash between numbers ("0/1") is none of a path's.
bool has_path(std::string_view text) {
  const auto number = [&](std::size_t at) { return at < text.size() && is_digit(text[at]); };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') return true;
    if (text[at] == '/' && !(at != 0 && number(at - 1) && number(at + 1))) return true;
  }
  return false;
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Libraries whose operators are named in public.
constexpr std::array kOperators{
    "aten::"sv, "prim::"sv, "prims::"sv, "rngprims::"sv, "c10::"sv, "c10d::"sv, "_c10d_functional::"sv,
    "c10d_functional::"sv, "nccl:"sv, "gloo:"sv, "rccl:"sv, "torch::"sv, "torchvision::"sv, "torchaudio::"sv,
    "torchao::"sv, "quantized::"sv, "quantized_decomposed::"sv, "onednn::"sv, "mkldnn::"sv, "mkl::"sv,
    "autograd::"sv, "xformers::"sv, "xformers_flash::"sv, "xformers_flash3::"sv, "flash_attn::"sv,
    "flash_attn_3::"sv, "fbgemm::"sv, "triton::"sv, "triton_"sv, "vllm::"sv, "_C::"sv, "_moe_C::"sv,
    "_C_custom_ar::"sv, "_C_cache_ops::"sv, "_rocm_C::"sv, "_vllm_fa2_C::"sv, "_vllm_fa3_C::"sv,
    "sgl_kernel::"sv, "sglang::"sv, "flashinfer::"sv, "inductor::"sv, "profiler::"sv, "static_runtime::"sv,
    "cudnn::"sv, "miopen::"sv, "cutlass::"sv, "transformer_engine::"sv, "apex::"sv, "deep_ep::"sv, "dpsk::"sv,
    "symm_mem::"sv, "dtensor::"sv, "fsdp::"sv, "bitsandbytes::"sv, "mamba_ssm::"sv, "aiter::"sv};
constexpr std::array kRuntimes{"cuda"sv, "cu"sv, "hip"sv, "hsa"sv, "nccl"sv, "rccl"sv, "ze"sv, "ur"sv, "sycl"sv,
                               "nvtx"sv, "mtia"sv, "cnrt"sv, "acl"sv, "aclrt"sv, "roctx"sv, "__cuda"sv,
                               "__hip"sv, "msccl"sv, "rocDec"sv, "rocJpeg"sv};
constexpr std::array kUnderscored{"hsa_"sv, "rccl_"sv, "rocprofiler_"sv};
constexpr std::array kOperationsOfRocm{"MEMORY_COPY_"sv, "KERNEL_DISPATCH_"sv, "MEMORY_ALLOCATION_"sv,
                                       "SCRATCH_MEMORY_"sv, "CODE_OBJECT_"sv, "CORRELATION_ID_"sv, "HIP_STREAM_"sv,
                                       "RUNTIME_INITIALIZATION_"sv, "ROCPROFILER_KFD_"sv};
// What frameworks and their profilers name themselves.
constexpr std::array kFrameworkNames{
    "Optimizer."sv, "enumerate(DataLoader)"sv, "DistributedDataParallel."sv, "FullyShardedDataParallel."sv,
    "FSDP::"sv, "Torch-Compiled Region: "sv, "TorchDynamo Cache Lookup"sv, "CompiledFunction"sv, "[memory]"sv};
constexpr std::array kFrameworkWords{
    "Activity Buffer Request"sv, "Command Buffer Full"sv, "Buffer Flush"sv, "Instrumentation"sv, "Resource"sv,
    "Runtime Triggered Module Loading"sv, "Lazy Function Loading"sv, "Unrecognized"sv, "Record Window End"sv,
    "Iteration Start: PyTorch Profiler"sv, "PyTorch Profiler (0)"sv, "ac2g"sv, "fwdbwd"sv, "fwd_bwd"sv,
    "async_cpu_to_gpu"sv, "Stream Synchronize"sv, "Event Synchronize"sv, "Stream Wait Event"sv,
    "Context Synchronize"sv, "Context Sync"sv, "Stream Sync"sv, "Event Sync"sv, "Stream Wait"sv, "value"sv,
    "stream_wait_event"sv, "stream_synchronize"sv, "event_synchronize"sv, "context_synchronize"sv, "unknown"sv,
    "Torch-Compiled Region"sv, "Unknown"sv};

// "ProfilerStep#12": the name without its number, and "#12".
std::pair<std::string_view, std::string_view> numbered(std::string_view name) {
  constexpr std::size_t kLongest = 10;
  const std::size_t hash = name.rfind('#');
  if (hash == std::string_view::npos || hash + 1 == name.size() || name.size() - hash > kLongest) {
    return {name, ""};
  }
  const std::string_view number = name.substr(hash + 1);
  if (!std::all_of(number.begin(), number.end(), is_digit)) return {name, ""};
  return {name.substr(0, hash), name.substr(hash)};
}

// "cuLaunchKernel", "hsa_signal_create", "MEMORY_COPY_HOST_TO_DEVICE"; but not "customer".
bool is_call(std::string_view name) {
  if (!std::all_of(name.begin(), name.end(), is_word)) return false;
  if (begins_with_any(name, kOperationsOfRocm) || begins_with_any(name, kUnderscored)) return true;
  return std::any_of(kRuntimes.begin(), kRuntimes.end(), [&](std::string_view runtime) {
    if (!name.starts_with(runtime) || name.size() == runtime.size()) return false;
    const char next = name[runtime.size()];
    return is_letter(next) && lower(next) != next;
  });
}

bool is_operator(std::string_view name) {
  if (begins_with_any(name, kOperators)) return true;
  const std::size_t end = name.find_last_not_of("0123456789");
  return end != std::string_view::npos && name.substr(0, end + 1).ends_with("Backward") &&
         std::all_of(name.begin(), name.end(), is_word);
}

bool is_framework_name(std::string_view name) {
  return numbered(name).first == "ProfilerStep" || begins_with_any(name, kFrameworkNames) ||
         std::find(kFrameworkWords.begin(), kFrameworkWords.end(), name) != kFrameworkWords.end();
}

// Opcodes of XLA's HLO, and what its compiler calls fusions of them.
constexpr std::array kInstructionWords{
    "abs"sv, "add"sv, "all"sv, "and"sv, "async"sv, "atan2"sv, "bitcast"sv, "broadcast"sv, "call"sv, "cbrt"sv,
    "ceil"sv, "cholesky"sv, "clamp"sv, "clz"sv, "collective"sv, "compare"sv, "complex"sv, "concatenate"sv,
    "conditional"sv, "constant"sv, "conv"sv, "convert"sv, "convolution"sv, "copy"sv, "cosine"sv, "cublas"sv,
    "cudnn"sv, "custom"sv, "divide"sv, "done"sv, "dot"sv, "dynamic"sv, "erf"sv, "exponential"sv, "fft"sv,
    "floor"sv, "fused"sv, "fusion"sv, "gather"sv, "gemm"sv, "general"sv, "get"sv, "imag"sv, "infeed"sv,
    "input"sv, "iota"sv, "is"sv, "finite"sv, "kd"sv, "log"sv, "loop"sv, "map"sv, "maximum"sv, "minimum"sv,
    "minus"sv, "multiply"sv, "negate"sv, "not"sv, "one"sv, "or"sv, "outfeed"sv, "output"sv, "pad"sv,
    "parameter"sv, "partition"sv, "permute"sv, "plus"sv, "popcnt"sv, "power"sv, "real"sv, "recv"sv,
    "reduce"sv, "reducer"sv, "remainder"sv, "reshape"sv, "reverse"sv, "rng"sv, "round"sv, "rsqrt"sv,
    "scatter"sv, "select"sv, "send"sv, "shift"sv, "left"sv, "right"sv, "logical"sv, "arithmetic"sv, "sign"sv,
    "sine"sv, "slice"sv, "sort"sv, "sqrt"sv, "start"sv, "subtract"sv, "tan"sv, "tanh"sv, "to"sv,
    "transpose"sv, "triangular"sv, "tuple"sv, "element"sv, "update"sv, "while"sv, "wrapped"sv, "xor"sv,
    "window"sv, "cub"sv, "lt"sv, "memset"sv, "memcpy"sv, "MemcpyD2D"sv, "MemcpyD2H"sv, "MemcpyH2D"sv,
    "Memset"sv, "kernel"sv, "void"sv};
constexpr std::array kCompilersFunctions{
    "PjRt"sv, "TfrtCpu"sv, "TfrtGpu"sv, "CommonPjRt"sv, "XlaModule"sv, "ThunkExecutor"sv, "GpuExecutable"sv,
    "StreamExecutor"sv, "LocalExecutable"sv, "ExecuteSharded"sv, "BufferFromHost"sv, "ParseArguments"sv,
    "AllocateAndRecordEvent"sv, "CommandBuffer"sv, "ThreadpoolListener"sv, "HloPass"sv, "BlasLt"sv};

bool is_instruction(std::string_view name) {
  if (name.starts_with('%')) name.remove_prefix(1);
  bool has_word = false;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("._-"), name.size());
    const std::string_view part = name.substr(0, end);
    const bool word = std::find(kInstructionWords.begin(), kInstructionWords.end(), part) != kInstructionWords.end();
    if (!word && !std::all_of(part.begin(), part.end(), is_digit)) return false;
    has_word = has_word || word;
    name.remove_prefix(std::min(name.size(), end + 1));
  }
  return has_word;
}

bool is_compilers_function(std::string_view name) {
  return begins_with_any(name, kCompilersFunctions) && std::all_of(name.begin(), name.end(), [](char c) {
           return is_word(c) || c == ':' || c == '#';
         });
}

// What attribution looks for in names (attribution/device).
constexpr std::array kHostMarks{"DataLoader"sv, "dataloader.py"sv, "Synchronize"sv};
constexpr std::array kDeviceMarks{"event_wait"sv, "wait_event"sv, "dma"sv, "memcpy"sv, "Memcpy"sv, "Memset"sv};
constexpr std::array kCommunicationMarks{
    "nccl"sv,      "rccl"sv,          "hccl"sv,     "crossdevicereduce"sv, "deepep"sv, "dpsk::ep"sv, "nvshmem"sv,
    "allreduce"sv, "reducescatter"sv, "allgather"sv, "alltoall"sv,         "all2all"sv};

std::string communication_mark(std::string_view name) {
  std::string simple = lowered(name);
  std::erase_if(simple, [](char c) { return c == '_' || c == '-'; });
  for (std::string_view mark : kCommunicationMarks) {
    if (simple.find(mark) != std::string::npos) return std::string(mark);
  }
  return "";
}

template <std::size_t N>
std::string with_marks(std::string text, std::string_view name, const std::array<std::string_view, N>& marks) {
  for (std::string_view mark : marks) {
    const bool had = name.find(mark) != std::string_view::npos;
    if (had && text.find(mark) == std::string::npos) text += fmt::format(" {}", mark);
  }
  return text;
}

std::string with_marks(std::string text, std::string_view name) {
  return with_marks(std::move(text), name, kHostMarks);
}

// None of the marks above can be spelled with them.
constexpr std::string_view kDigestLetters = "abefghijklnopqsu";

bool ends_piece(char c) {
  return c == ' ' || c == '"' || c == '\'' || c == '(' || c == ')' || c == '{' || c == '}' ||
         c == '[' || c == ']' || c == '<' || c == '>' || c == ',' || c == ';';
}

// "dir/file.py(12): function" in its parts; nothing when it is something else.
struct PythonName {
  std::string_view file;  // without its folders
  std::string_view line;
  std::string_view function;
};
std::optional<PythonName> python_name(std::string_view name) {
  const std::size_t closing = name.find("): ");
  if (closing == std::string_view::npos) return std::nullopt;
  const std::size_t opening = name.rfind('(', closing);
  if (opening == std::string_view::npos) return std::nullopt;
  PythonName parts{name.substr(0, opening), name.substr(opening + 1, closing - opening - 1),
                   name.substr(closing + 3)};
  if (!std::all_of(parts.line.begin(), parts.line.end(), is_digit)) return std::nullopt;
  const std::size_t folder = parts.file.find_last_of("/\\");
  if (folder != std::string_view::npos) parts.file.remove_prefix(folder + 1);
  return parts;
}

}  // namespace

bool looks_private(std::string_view text) {
  if (!is_plain(text) || has_path(text)) return true;
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos && at + 1 < text.size() && is_word(text[at + 1])) return true;
  const std::string low = lowered(text);
  const bool word = std::any_of(kSecretWords.begin(), kSecretWords.end(), [&](std::string_view one) {
    return low.find(one) != std::string::npos;
  });
  return word || has_token(text) || has_long_hex(text) || has_ip_address(text);
}

std::string Names::digest(std::string_view text) const {
  constexpr std::size_t kLetters = 10;
  std::string bytes = options_.salt;
  bytes.push_back('\0');
  bytes += text;
  std::string letters = sha256_hex(bytes).substr(0, kLetters);
  for (char& c : letters) {
    c = kDigestLetters[static_cast<std::size_t>(is_digit(c) ? c - '0' : c - 'a' + 10)];
  }
  return letters;
}

std::int64_t Names::digest_number(std::string_view text) const {
  std::int64_t number = 0;
  for (char c : digest(text)) {
    number = number * 16 + static_cast<std::int64_t>(kDigestLetters.find(c));
  }
  return -2 - number;
}

std::string Names::replaced(std::string_view name) const {
  const auto [base, number] = numbered(name);
  return with_marks("name-" + digest(base), base) + std::string(number);
}

// Only the pieces that look private are replaced.
std::string Names::scrubbed(std::string_view name) const {
  if (!looks_private(name)) return std::string(name);
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = at;
    while (end < name.size() && !ends_piece(name[end])) ++end;
    const std::string_view piece = name.substr(at, end - at);
    out += looks_private(piece) ? "name-" + digest(piece) : std::string(piece);
    if (end < name.size()) out.push_back(name[end]);
    at = end + 1;
  }
  // A secret that is private only as a whole: "bearer abc".
  return looks_private(out) ? "name-" + digest(name) : out;
}

std::string Names::python(std::string_view name) const {
  if (const std::optional<PythonName> parts = python_name(name)) {
    return fmt::format("{}({}): {}", scrubbed(parts->file), parts->line, scrubbed(parts->function));
  }
  // "folder/file.py:12 function"
  const std::size_t blank = name.find(' ');
  const std::size_t colon = name.rfind(':', blank);
  if (blank != std::string_view::npos && colon != std::string_view::npos && colon + 1 < blank &&
      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(colon) + 1,
                  name.begin() + static_cast<std::ptrdiff_t>(blank), is_digit)) {
    std::string_view file = name.substr(0, colon);
    file.remove_prefix(file.find_last_of("/\\") + 1);
    return fmt::format("{}{} {}", scrubbed(file), name.substr(colon, blank - colon),
                       scrubbed(name.substr(blank + 1)));
  }
  if (name.starts_with("<built-in ") || name.starts_with("nn.Module: ")) return scrubbed(name);
  return replaced(name);
}

// What a node does stays; where it is in the model goes.
std::string Names::node(std::string_view name) const {
  if (options_.names == NameChoice::kKeep || is_plain_node(name)) return std::string(name);
  const std::string type = op_type_in(name);
  return replaced(name) + (type.empty() ? "" : " " + type);
}

std::string Names::choose(NameOf kind, std::string_view name) const {
  if (name.empty()) return "";
  if (kind == NameOf::kDeviceWork) {
    std::string text = with_marks(scrubbed(name), name, kDeviceMarks);
    const std::string mark = communication_mark(name);
    if (communication_mark(text) != mark) text += fmt::format(" ({})", mark);
    return text;
  }
  if (is_call(name) && !looks_private(name)) return std::string(name);
  if (kind == NameOf::kCall) return replaced(name);
  if (kind == NameOf::kNode) return node(name);
  if (kind == NameOf::kInstruction && (is_instruction(name) || is_compilers_function(name))) {
    return std::string(name);
  }
  if (is_operator(name) || is_framework_name(name)) {
    return with_marks(scrubbed(name), name);
  }
  if (kind == NameOf::kOperator) return replaced(name);
  if (options_.names == NameChoice::kKeep) return std::string(name);
  if (kind == NameOf::kPython && options_.names == NameChoice::kUsual) {
    return with_marks(python(name), name);
  }
  return replaced(name);
}

void Names::count(NameOf kind) {
  switch (kind) {
    case NameOf::kDeviceWork: ++changed_["names of device work with private parts"]; return;
    case NameOf::kCall: ++changed_["names of unknown runtime calls"]; return;
    case NameOf::kOperator: ++changed_["names of operators of unknown libraries"]; return;
    case NameOf::kNode: ++changed_["names of nodes of models"]; return;
    case NameOf::kPython: ++changed_["names of Python functions (folders, or all)"]; return;
    case NameOf::kInstruction:
    case NameOf::kAnnotation: ++changed_["names that people or programs gave"]; return;
  }
}

const std::string& Names::of(NameOf kind, std::string_view name) {
  Pool& pool = kind == NameOf::kDeviceWork ? device_ : host_;
  const auto [found, is_new] = pool.known.try_emplace(std::string(name));
  if (!is_new) return found->second;
  const std::string chosen = choose(kind, name);
  std::string text = chosen;
  for (int copy = 2; !pool.used.insert(text).second; ++copy) {
    text = fmt::format("{}~{}", chosen, copy);
  }
  if (text != name) count(kind);
  found->second = std::move(text);
  return found->second;
}

}  // namespace lynxbench::trace::redact
