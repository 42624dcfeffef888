# Where libtorch has no oneDNN, matrices are not packed: the last part of class Decoder.

  def multiply(self: __torch__.Decoder, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return torch.linear(x, weight, bias)

  def wide(self: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
    return torch.linear(x, weight)
