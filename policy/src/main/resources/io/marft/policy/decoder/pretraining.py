# Pretraining: the fourth part of class Decoder, see decoder.py.

  # Takes over the weights that are to be trained, once; copies them, so that the caller may free its own.
  # weights: embedding, final norm, [head], then per layer: first norm, q, q bias, k, k bias, v, v bias, o, second norm,
  # gate, up, down. rates, length: as for take.
  def load(self: __torch__.Decoder, weights: List[Tensor], rates: Tensor, length: Tensor) -> Tensor:
    count = len(weights) - 12 * self.layers
    ends = annotate(List[Tensor], [])
    for i in range(count):
      ends.append(torch.clone(weights[i]))
    blocks = annotate(List[Tensor], [])
    for l in range(self.layers):
      o = count + 12 * l
      blocks.append(torch.cat([weights[o + 1], weights[o + 3], weights[o + 5]], 0))
      blocks.append(torch.cat([weights[o + 2], weights[o + 4], weights[o + 6]], 0))
      blocks.append(torch.clone(weights[o + 7]))
      blocks.append(torch.cat([weights[o + 9], weights[o + 10]], 0))
      blocks.append(torch.clone(weights[o + 11]))
      blocks.append(torch.clone(weights[o]))
      blocks.append(torch.clone(weights[o + 8]))
    self.ends = ends
    self.blocks = blocks
    self.turn(rates, length, 6)
    return ends[0]

  # The "maps" of weights in training; each norm's weight is folded into the linear map that follows it.
  def fold(self: __torch__.Decoder, ends: List[Tensor], blocks: List[Tensor]) -> List[Tensor]:
    maps = annotate(List[Tensor], [])
    none = torch.empty([0])
    for l in range(self.layers):
      o = 7 * l
      maps.append(torch.mul(blocks[o], blocks[o + 5]))
      maps.append(blocks[o + 1])
      maps.append(blocks[o + 2])
      maps.append(none)
      maps.append(torch.mul(blocks[o + 3], blocks[o + 6]))
      maps.append(none)
      maps.append(blocks[o + 4])
      for i in range(4):
        maps.append(none)
    maps.append(torch.mul(ends[len(ends) - 1 if len(ends) == 3 else 0], ends[1]))
    maps.append(none)
    return maps

  # The summed cross-entropy of targets [m] predicted at the first m of rows, divided by scale [1], and its
  # gradient by every one of "ends" and "blocks". Returns the loss, then the gradients.
  def slope(self: __torch__.Decoder, ids: Tensor, rows: Tensor, targets: Tensor, scale: Tensor) -> List[Tensor]:
    none = [torch.empty([0])]
    leaves = annotate(List[Tensor], [])
    for i in range(len(self.ends)):
      leaves.append(torch.requires_grad_(torch.detach(self.ends[i]), True))
    blocks = annotate(List[Tensor], [])
    for i in range(len(self.blocks)):
      blocks.append(torch.requires_grad_(torch.detach(self.blocks[i]), True))
    maps = self.fold(leaves, blocks)
    states = self.states(ids, rows, leaves[0], maps, none)
    states = torch.narrow(states, 0, 0, targets.size(0))
    loss = torch.div(torch.cross_entropy_loss(torch.linear(states, maps[11 * self.layers]), targets, None, 2), scale)
    leaves.extend(blocks)
    factors = annotate(List[Optional[Tensor]], [torch.ones_like(loss)])
    found = [torch.detach(loss)]
    found.extend(self.present(torch.grad([loss], leaves, factors, None, False, False)))
    return found

  # One step of training: the layers' matrices by Muon, all else by AdamW. settings [4]: learning rate of AdamW, that of
  # Muon, weight decay (of matrices), largest norm of the gradient that AdamW gets. gradients: one or more of what slope
  # returned, one after another; they are added in this order. Returns the loss.
  def step(self: __torch__.Decoder, settings: Tensor, gradients: List[Tensor]) -> Tensor:
    leaves = annotate(List[Tensor], [])
    leaves.extend(self.ends)
    leaves.extend(self.blocks)
    size = len(leaves)
    if len(self.first) == 0:
      self.begin(leaves)
    sums = annotate(List[Tensor], [])
    squares = annotate(List[Tensor], [])
    for i in range(size + 1):
      total = gradients[i]
      for j in range(1, len(gradients) // (size + 1)):
        total = torch.add(total, gradients[j * (size + 1) + i])
      sums.append(total)
      if i > 0:
        squares.append(torch.sum(torch.mul(total, total)))
    norm = torch.sqrt(torch.sum(torch.stack(squares)))
    factor = torch.clamp(torch.div(torch.select(settings, 0, 3), torch.add(norm, 1e-6)), None, 1.)
    rate = float(torch.item(settings[0]))
    muon = float(torch.item(settings[1]))
    decay = float(torch.item(settings[2]))
    for i in range(size):
      weight = leaves[i]
      gradient = sums[i + 1]
      if i >= len(self.ends) and gradient.dim() > 1:
        torch.add_(torch.mul_(self.first[i], 0.95), gradient)
        update = torch.add(gradient, self.first[i], alpha=0.95)
        parts = torch.split(update, self.fused((i - len(self.ends)) % 7, gradient.size(0)), 0)
        steps = annotate(List[Tensor], [])
        for j in range(len(parts)):
          steps.append(self.orthogonal(parts[j]))
        torch.sub_(torch.mul_(weight, 1. - muon * decay), torch.cat(steps, 0), alpha=muon)
      else:
        gradient = torch.mul(gradient, factor)
        count = torch.add_(self.steps[i], 1)
        mean = torch.add_(torch.mul_(self.first[i], 0.9), gradient, alpha=0.1)
        square = torch.addcmul_(torch.mul_(self.second[i], 0.98), gradient, gradient, value=0.02)
        mean = torch.div(mean, torch.rsub(torch.pow(0.9, count), 1))
        square = torch.div(square, torch.rsub(torch.pow(0.98, count), 1))
        if gradient.dim() > 1:
          torch.mul_(weight, 1. - rate * decay)
        torch.addcdiv_(weight, mean, torch.add(torch.sqrt(square), 1e-8), value=-rate)
    return sums[0]

  # Zero moments for each leaf.
  def begin(self: __torch__.Decoder, leaves: List[Tensor]) -> int:
    first = annotate(List[Tensor], [])
    second = annotate(List[Tensor], [])
    steps = annotate(List[Tensor], [])
    for i in range(len(leaves)):
      first.append(torch.zeros_like(leaves[i]))
      second.append(torch.zeros_like(leaves[i]))
      steps.append(torch.zeros([], dtype=6, device=leaves[i].device))
    self.first = first
    self.second = second
    self.steps = steps
    return len(leaves)

  # The rows of each linear map in the block of this place in its layer.
  def fused(self: __torch__.Decoder, place: int, rows: int) -> List[int]:
    sizes = [rows]
    if place == 0:
      sizes = [self.heads * self.head_size, self.kv_heads * self.head_size, self.kv_heads * self.head_size]
    if place == 3:
      sizes = [rows // 2, rows // 2]
    return sizes

  # The direction of Muon (Jordan 2024): nearly the orthogonal matrix that is closest to "update" [out, in], by five steps of
  # a Newton-Schulz iteration, scaled by sqrt(out / in) where that is above 1.
  def orthogonal(self: __torch__.Decoder, update: Tensor) -> Tensor:
    tall = update.size(0) > update.size(1)
    x = torch.div(update, torch.add(torch.sqrt(torch.sum(torch.mul(update, update))), 1e-7))
    if tall:
      x = torch.t(x)
    for i in range(5):
      a = torch.mm(x, torch.t(x))
      b = torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315)
      x = torch.addmm(x, b, x, beta=3.4445, alpha=1.)
    if tall:
      x = torch.mul(torch.t(x), torch.sqrt(float(update.size(0)) / float(update.size(1))))
    return x

  # The weights, in the order in which load takes them.
  def weights(self: __torch__.Decoder, any: Tensor) -> List[Tensor]:
    q = self.heads * self.head_size
    k = self.kv_heads * self.head_size
    all = annotate(List[Tensor], [])
    for i in range(len(self.ends)):
      all.append(torch.clone(self.ends[i]))
    for l in range(self.layers):
      o = 7 * l
      w = torch.split(self.blocks[o], [q, k, k], 0)
      b = torch.split(self.blocks[o + 1], [q, k, k], 0)
      gate, up = torch.chunk(self.blocks[o + 3], 2, 0)
      parts = [
          self.blocks[o + 5], w[0], b[0], w[1], b[1], w[2], b[2], self.blocks[o + 2],
          self.blocks[o + 6], gate, up, self.blocks[o + 4]]
      for j in range(len(parts)):
        all.append(torch.clone(parts[j]))
    return all
