#include "trace/redact/op_types.h"

#include <algorithm>
#include <iterator>

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;

// onnx/docs/Operators.md, Operators-ml.md, and onnxruntime/docs/ContribOperators.md; sorted.
constexpr std::string_view kTypes[] = {
    "Abs"sv, "Acos"sv, "Acosh"sv, "Add"sv, "AffineGrid"sv, "And"sv, "ArgMax"sv, "ArgMin"sv,
    "ArrayFeatureExtractor"sv, "Asin"sv, "Asinh"sv, "Atan"sv, "Atanh"sv, "Attention"sv,
    "AveragePool"sv, "BatchNormalization"sv, "BeamSearch"sv, "Bernoulli"sv, "BiasAdd"sv,
    "BiasDropout"sv, "BiasGelu"sv, "BiasSoftmax"sv, "BiasSplitGelu"sv, "BifurcationDetector"sv,
    "Binarizer"sv, "BitShift"sv, "BitmaskBiasDropout"sv, "BitwiseAnd"sv, "BitwiseNot"sv,
    "BitwiseOr"sv, "BitwiseXor"sv, "BlackmanWindow"sv, "CDist"sv, "Cast"sv, "CastLike"sv,
    "CategoryMapper"sv, "Ceil"sv, "Celu"sv, "CenterCropPad"sv, "Clip"sv, "Col2Im"sv,
    "ComplexMul"sv, "ComplexMulConj"sv, "Compress"sv, "Concat"sv, "ConcatFromSequence"sv,
    "Constant"sv, "ConstantOfShape"sv, "Conv"sv, "ConvInteger"sv, "ConvTranspose"sv,
    "ConvTransposeWithDynamicPads"sv, "Cos"sv, "Cosh"sv, "CropAndResize"sv, "CumSum"sv, "DFT"sv,
    "DecoderAttention"sv, "DecoderMaskedMultiHeadAttention"sv, "DecoderMaskedSelfAttention"sv,
    "DeformConv"sv, "DepthToSpace"sv, "DequantizeBFP"sv, "DequantizeLinear"sv, "Det"sv,
    "DictVectorizer"sv, "Div"sv, "Dropout"sv, "DynamicQuantizeLSTM"sv, "DynamicQuantizeLinear"sv,
    "DynamicQuantizeMatMul"sv, "DynamicTimeWarping"sv, "EPContext"sv, "Einsum"sv, "Elu"sv,
    "EmbedLayerNormalization"sv, "Equal"sv, "Erf"sv, "Exp"sv, "Expand"sv, "ExpandDims"sv,
    "EyeLike"sv, "FastGelu"sv, "FeatureVectorizer"sv, "Flatten"sv, "Floor"sv, "FusedConv"sv,
    "FusedGemm"sv, "FusedMatMul"sv, "FusedMatMulActivation"sv, "GRU"sv,
    "GatedRelativePositionBias"sv, "Gather"sv, "GatherBlockQuantized"sv, "GatherElements"sv,
    "GatherND"sv, "Gelu"sv, "Gemm"sv, "GemmFastGelu"sv, "GemmFloat8"sv, "GemmaRotaryEmbedding"sv,
    "GlobalAveragePool"sv, "GlobalLpPool"sv, "GlobalMaxPool"sv, "Greater"sv, "GreaterOrEqual"sv,
    "GreedySearch"sv, "GridSample"sv, "GroupNorm"sv, "GroupNormalization"sv,
    "GroupQueryAttention"sv, "HammingWindow"sv, "HannWindow"sv, "HardSigmoid"sv, "HardSwish"sv,
    "Hardmax"sv, "Identity"sv, "If"sv, "ImageDecoder"sv, "Imputer"sv, "InstanceNormalization"sv,
    "Inverse"sv, "Irfft"sv, "IsInf"sv, "IsNaN"sv, "LRN"sv, "LSTM"sv, "LabelEncoder"sv,
    "LayerNormalization"sv, "LeakyRelu"sv, "Less"sv, "LessOrEqual"sv, "LinearClassifier"sv,
    "LinearRegressor"sv, "Log"sv, "LogSoftmax"sv, "LongformerAttention"sv, "Loop"sv,
    "LpNormalization"sv, "LpPool"sv, "MatMul"sv, "MatMulBnb4"sv, "MatMulFpQ4"sv,
    "MatMulInteger"sv, "MatMulInteger16"sv, "MatMulIntegerToFloat"sv, "MatMulNBits"sv, "Max"sv,
    "MaxPool"sv, "MaxRoiPool"sv, "MaxUnpool"sv, "MaxpoolWithMask"sv, "Mean"sv,
    "MeanVarianceNormalization"sv, "MelWeightMatrix"sv, "Memcpy"sv, "MemcpyFromHost"sv,
    "MemcpyToHost"sv, "Min"sv, "Mish"sv, "MoE"sv, "Mod"sv, "Mul"sv, "MulInteger"sv,
    "MultiHeadAttention"sv, "Multinomial"sv, "MurmurHash3"sv, "NGramRepeatBlock"sv, "Neg"sv,
    "NegativeLogLikelihoodLoss"sv, "NhwcConv"sv, "NhwcFusedConv"sv, "NhwcMaxPool"sv,
    "NonMaxSuppression"sv, "NonZero"sv, "Normalizer"sv, "Not"sv, "OneHot"sv, "OneHotEncoder"sv,
    "Optional"sv, "OptionalGetElement"sv, "OptionalHasElement"sv, "Or"sv, "PRelu"sv,
    "PackedAttention"sv, "PackedMultiHeadAttention"sv, "Pad"sv, "PagedAttention"sv, "Pow"sv,
    "QAttention"sv, "QEmbedLayerNormalization"sv, "QGemm"sv, "QLinearAdd"sv,
    "QLinearAveragePool"sv, "QLinearConcat"sv, "QLinearConv"sv, "QLinearGlobalAveragePool"sv,
    "QLinearLeakyRelu"sv, "QLinearMatMul"sv, "QLinearMul"sv, "QLinearReduceMean"sv,
    "QLinearSigmoid"sv, "QLinearSoftmax"sv, "QLinearWhere"sv, "QMoE"sv, "QOrderedAttention"sv,
    "QOrderedGelu"sv, "QOrderedLayerNormalization"sv, "QOrderedLongformerAttention"sv,
    "QOrderedMatMul"sv, "QuantizeBFP"sv, "QuantizeLinear"sv, "QuickGelu"sv, "RMSNormalization"sv,
    "RNN"sv, "RandomNormal"sv, "RandomNormalLike"sv, "RandomUniform"sv, "RandomUniformLike"sv,
    "Range"sv, "Reciprocal"sv, "ReduceL1"sv, "ReduceL2"sv, "ReduceLogSum"sv, "ReduceLogSumExp"sv,
    "ReduceMax"sv, "ReduceMean"sv, "ReduceMin"sv, "ReduceProd"sv, "ReduceSum"sv,
    "ReduceSumSquare"sv, "RegexFullMatch"sv, "RelativePositionBias"sv, "Relu"sv,
    "RemovePadding"sv, "ReorderInput"sv, "ReorderOutput"sv, "Reshape"sv, "Resize"sv,
    "RestorePadding"sv, "ReverseSequence"sv, "Rfft"sv, "RoiAlign"sv, "RotaryEmbedding"sv,
    "Round"sv, "STFT"sv, "SVMClassifier"sv, "SVMRegressor"sv, "SampleOp"sv, "Sampling"sv,
    "Scaler"sv, "Scan"sv, "Scatter"sv, "ScatterElements"sv, "ScatterND"sv, "Selu"sv,
    "SequenceAt"sv, "SequenceConstruct"sv, "SequenceEmpty"sv, "SequenceErase"sv,
    "SequenceInsert"sv, "SequenceLength"sv, "SequenceMap"sv, "Shape"sv, "Shrink"sv, "Sigmoid"sv,
    "Sign"sv, "SimplifiedLayerNormalization"sv, "Sin"sv, "Sinh"sv, "Size"sv, "SkipGroupNorm"sv,
    "SkipLayerNormalization"sv, "SkipSimplifiedLayerNormalization"sv, "Slice"sv, "Snpe"sv,
    "Softmax"sv, "SoftmaxCrossEntropyLoss"sv, "Softplus"sv, "Softsign"sv, "SpaceToDepth"sv,
    "SparseAttention"sv, "SparseToDenseMatMul"sv, "Split"sv, "SplitToSequence"sv, "Sqrt"sv,
    "Squeeze"sv, "StringConcat"sv, "StringNormalizer"sv, "StringSplit"sv, "Sub"sv, "Sum"sv,
    "Swish"sv, "Tan"sv, "Tanh"sv, "TensorScatter"sv, "TfIdfVectorizer"sv, "ThresholdedRelu"sv,
    "Tile"sv, "Tokenizer"sv, "TopK"sv, "TorchEmbedding"sv, "Transpose"sv, "TransposeMatMul"sv,
    "TreeEnsemble"sv, "TreeEnsembleClassifier"sv, "TreeEnsembleRegressor"sv, "Trilu"sv,
    "UnfoldTensor"sv, "Unique"sv, "Unsqueeze"sv, "Upsample"sv, "Where"sv, "WhisperBeamSearch"sv,
    "WordConvEmbedding"sv, "Xor"sv, "ZipMap"sv};
static_assert(std::is_sorted(std::begin(kTypes), std::end(kTypes)));

// "Conv_0" -> "Conv"
std::string_view without_number(std::string_view text) {
  const std::size_t last = text.find_last_not_of("0123456789");
  if (last == std::string_view::npos || text[last] != '_' || last + 1 == text.size()) return text;
  return text.substr(0, last);
}

}  // namespace

bool is_op_type(std::string_view name) {
  return std::binary_search(std::begin(kTypes), std::end(kTypes), name);
}

std::string op_type_in(std::string_view node) {
  const std::size_t slash = node.rfind('/');
  if (slash != std::string_view::npos) node.remove_prefix(slash + 1);
  const std::string_view type = without_number(node);
  return is_op_type(type) ? std::string(type) : "";
}

bool is_plain_node(std::string_view node) {
  constexpr std::string_view kAnd = " + ";
  while (true) {
    const std::size_t end = node.find(kAnd);
    if (!is_op_type(without_number(node.substr(0, end)))) return false;
    if (end == std::string_view::npos) return true;
    node.remove_prefix(end + kAnd.size());
  }
}

}  // namespace lynxbench::trace::redact
