# Matrices in the layout that oneDNN multiplies few rows by fastest: the last part of class Decoder, where libtorch has it.

  # x [N, in] times a packed matrix, plus bias.
  def multiply(self: __torch__.Decoder, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")

  # x [N, in] times a matrix [out, in] that is not packed, where out is large and N is small: as if the matrix were the input,
  # which oneDNN reads as it lies.
  def wide(self: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
    return torch.contiguous(torch.t(ops.mkldnn._linear_pointwise(weight, x, None, "none", annotate(List[Optional[number]], []), "")))

  # Packs all matrices for serving. keep [1] or [0]: whether to keep them as they were, too; a tied head is the embedding
  # and stays.
  def pack(self: __torch__.Decoder, keep: Tensor, tied: Tensor) -> Tensor:
    maps = self.maps
    packed = annotate(List[Tensor], [])
    for i in range(len(maps)):
      weight = maps[i]
      head = i == 11 * self.layers
      if weight.dim() == 2 and (i % 11 < 8 or head) and not (head and tied.size(0) == 1):
        weight = ops.mkldnn._reorder_linear_weight(weight, 32)
      packed.append(weight)
      if keep.size(0) == 0:
        maps[i] = weight
    self.packed = packed
    return keep
