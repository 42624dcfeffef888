# Matrices in the layout that oneDNN multiplies few rows by fastest: the last part of class Decoder, where libtorch has it.

  # x [N, in] times a packed matrix, plus bias.
  def multiply(self: __torch__.Decoder, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")

  # x [N, in] times a matrix [out, in] that is not packed, where out is large and N is small: as if the matrix were the input,
  # which oneDNN reads as it lies.
  def wide(self: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
    return torch.contiguous(torch.t(ops.mkldnn._linear_pointwise(weight, x, None, "none", annotate(List[Optional[number]], []), "")))

  # The first rows * columns values (tensors whose sizes are meant) as a packed matrix, under two names.
  def pack(self: __torch__.Decoder, rows: Tensor, columns: Tensor, values: Tensor) -> Tuple[Tensor, Tensor]:
    matrix = torch.view(torch.narrow(values, 0, 0, rows.size(0) * columns.size(0)), [rows.size(0), columns.size(0)])
    packed = ops.mkldnn._reorder_linear_weight(matrix, 32)
    return (packed, packed)
