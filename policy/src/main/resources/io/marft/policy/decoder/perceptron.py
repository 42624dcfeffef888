# Multilayer perceptrons, as TorchScript: ReLU between layers, no bias, one output. All arithmetic is in float64.
#
# A module of its own beside the decoder's, without state. "x" holds inputs [n, in] in float32, "layers" the layers' weights
# [out, in] in either type. Gradients are written out rather than recorded: what is kept is one piece's activations.
class Perceptron(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # The layers in float64; copies, where they are not.
  def widen(self: __torch__.Perceptron, layers: List[Tensor]) -> List[Tensor]:
    wide = annotate(List[Tensor], [])
    for l in range(len(layers)):
      wide.append(torch.to(layers[l], 7))
    return wide

  # What each layer reads, and behind it the outputs [n, 1]. layers: in float64.
  def activations(self: __torch__.Perceptron, x: Tensor, layers: List[Tensor]) -> List[Tensor]:
    found = [torch.to(x, 7)]
    last = len(layers) - 1
    for l in range(last):
      found.append(torch.relu_(torch.mm(found[l], torch.t(layers[l]))))
    found.append(torch.mm(found[last], torch.t(layers[last])))
    return found

  # The output of each input, [n].
  def values(self: __torch__.Perceptron, x: Tensor, layers: List[Tensor]) -> Tensor:
    return torch.reshape(self.activations(x, self.widen(layers))[len(layers)], [-1])

  # The gradient of a loss by each layer, by_value [n] being its derivative by each output: added to "sums", which is what
  # an earlier call returned, or begun anew where that is a list of one empty tensor.
  def gradient(self: __torch__.Perceptron, x: Tensor, by_value: Tensor, layers: List[Tensor], sums: List[Tensor]) -> List[Tensor]:
    wide = self.widen(layers)
    found = self.activations(x, wide)
    if torch.numel(sums[0]) == 0:
      sums = annotate(List[Tensor], [])
      for l in range(len(wide)):
        sums.append(torch.zeros_like(wide[l]))
    slope = torch.unsqueeze(by_value, 1)
    for i in range(len(wide)):
      l = len(wide) - 1 - i
      torch.addmm_(sums[l], torch.t(slope), found[l])
      if l > 0:
        slope = torch.threshold_backward(torch.mm(slope, wide[l]), found[l], 0)
    return sums
