# Scores and gradients to LoRA: the second part of class Decoder, see decoder.py.
#
# The head is frozen, so its derivative needs no graph: judge and slopes compute logits in chunks of rows, and no tensor of all
# rows by the whole vocabulary is ever made. What forward keeps for gradient ("saved") is the layers' graph, with the chunks of
# logits if there is room; or only each layer's input, from which gradient computes a layer again before it differentiates it.

  # How many rows a chunk of logits has: 64 MiB of float32 at most (256 on a GPU), and all chunks about alike.
  def chunk(self: __torch__.Decoder, count: int) -> int:
    rows = 16777216 // self.maps[11 * self.layers].size(0)
    if self.maps[11 * self.layers].is_cuda:
      rows = 4 * rows
    if rows < 16:
      rows = 16
    chunks = (count + rows - 1) // rows
    return (count + chunks - 1) // chunks

  # The first m of states [M, D], targets [m], temperature [1] -> log-probabilities [m] and entropies [m]. Chunks of logits,
  # divided by the temperature, are added to "kept" if "keep".
  def judge(self: __torch__.Decoder, states: Tensor, maps: List[Tensor], targets: Tensor, temperature: Tensor, keep: bool,
      kept: List[Tensor]) -> Tuple[Tensor, Tensor]:
    count = targets.size(0)
    size = self.chunk(count)
    chosen = annotate(List[Tensor], [])
    entropies = annotate(List[Tensor], [])
    at = 0
    while at < count:
      rows = count - at
      if rows > size:
        rows = size
      logits = torch.div_(self.head(torch.narrow(states, 0, at, rows), maps), temperature)
      if keep:
        kept.append(logits)
      total = torch.logsumexp(logits, [1], True)
      picked = torch.gather(logits, 1, torch.unsqueeze(torch.narrow(targets, 0, at, rows), 1))
      chosen.append(torch.squeeze(torch.sub(picked, total), 1))
      mean = torch.sum(torch.mul_(torch.exp_(torch.sub(logits, total)), logits), [1])
      entropies.append(torch.sub(torch.squeeze(total, 1), mean))
      at = at + rows
    return (torch.cat(chosen, 0), torch.cat(entropies, 0))

  # The derivative by states [M, D] of sum(by_chosen * log-probabilities + by_entropy * entropies), both [m]. With
  # probabilities p, log p = z - logsumexp(z) and entropy h: d log p_y / dz = 1_y - p and dh / dz = -p (log p + h).
  # kept: what judge kept, or nothing.
  def slopes(self: __torch__.Decoder, states: Tensor, maps: List[Tensor], targets: Tensor, temperature: Tensor,
      by_chosen: Tensor, by_entropy: Tensor, kept: List[Tensor]) -> Tensor:
    count = targets.size(0)
    size = self.chunk(count)
    weight = maps[11 * self.layers]
    found = annotate(List[Tensor], [])
    at = 0
    while at < count:
      rows = count - at
      if rows > size:
        rows = size
      if len(kept) > 0:
        logits = kept[at // size]
      else:
        logits = torch.div_(self.head(torch.narrow(states, 0, at, rows), maps), temperature)
      all = torch.log_softmax(logits, 1)
      p = torch.exp(all)
      entropy = torch.neg(torch.sum(torch.mul(p, all), [1], True))
      first = torch.unsqueeze(torch.narrow(by_chosen, 0, at, rows), 1)
      second = torch.unsqueeze(torch.narrow(by_entropy, 0, at, rows), 1)
      slope = torch.mul_(torch.sub_(torch.mul_(torch.add_(all, entropy), torch.neg(second)), first), p)
      slope = torch.scatter_add_(slope, 1, torch.unsqueeze(torch.narrow(targets, 0, at, rows), 1), first)
      slope = torch.to(torch.div_(slope, temperature), states.dtype)
      found.append(torch.mm(slope, weight))
      at = at + rows
    if count < states.size(0):
      found.append(torch.zeros([states.size(0) - count, states.size(1)], dtype=states.dtype, device=states.device))
    return torch.cat(found, 0)

  # Scores given tokens without gradient. ids [B, T]; targets [m]: the action tokens; rows [M]: the first m are where each of
  # them is predicted, the others fill up; wanted [S]: the places in "rows" whose states are wanted. Returns log-probabilities
  # [m], entropies [m] and the final norm's states [S, D].
  def score(self: __torch__.Decoder, ids: Tensor, rows: Tensor, targets: Tensor, wanted: Tensor, temperature: Tensor,
      lora: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    states = self.states(ids, rows, self.ends[0], self.maps, lora)
    chosen, entropy = self.judge(states, self.maps, targets, temperature, False, annotate(List[Tensor], []))
    return (chosen, entropy, torch.to(torch.index_select(states, 0, wanted), 6))

  # Copies of tensors, by which gradients can be taken.
  def leaves(self: __torch__.Decoder, tensors: List[Tensor]) -> List[Tensor]:
    leaves = annotate(List[Tensor], [])
    for i in range(len(tensors)):
      leaf = torch.clone(tensors[i])
      leaves.append(torch.requires_grad_(leaf, torch.numel(leaf) > 0))
    return leaves

  # Scores as score does, and keeps what gradient needs. keep [2]: whether to keep the graph to "lora" (made by leaves), and the
  # logits. Returns log-probabilities, entropies and what is kept: the states [M, D] with their graph, and logits if they are
  # kept; or else each layer's input and the states.
  def forward(self: __torch__.Decoder, ids: Tensor, rows: Tensor, targets: Tensor, temperature: Tensor, keep: Tensor,
      lora: List[Tensor]) -> List[Tensor]:
    found = annotate(List[Tensor], [])
    x = torch.embedding(self.ends[0], torch.reshape(ids, [-1]))
    for l in range(self.layers):
      if not bool(torch.item(torch.select(keep, 0, 0))):
        found.append(x)
      x = self.layer(x, ids.size(0), rows, self.maps, lora, l)
    x = self.normalise(x, self.maps[11 * self.layers + 1])
    found.append(x)
    chosen, entropy = self.judge(torch.detach(x), self.maps, targets, temperature, bool(torch.item(torch.select(keep, 0, 1))), found)
    return torch.add([chosen, entropy], found)

  # The gradient by the leaves that are not empty, in their order; it uses the graph up. keep: as in forward; saved: what forward
  # returned behind log-probabilities and entropies.
  def gradient(self: __torch__.Decoder, by_chosen: Tensor, by_entropy: Tensor, ids: Tensor, rows: Tensor, targets: Tensor,
      temperature: Tensor, keep: Tensor, saved: List[Tensor], lora: List[Tensor]) -> List[Tensor]:
    last = 0
    if not bool(torch.item(torch.select(keep, 0, 0))):
      last = self.layers
    states = saved[last]
    slope = self.slopes(torch.detach(states), self.maps, targets, temperature, by_chosen, by_entropy, torch.slice(saved, last + 1))
    found = annotate(List[Tensor], [])
    if last == 0:
      found = self.present(torch.grad([states], self.filled(lora), annotate(List[Optional[Tensor]], [slope]), None, False, False))
    else:
      for i in range(self.layers):
        l = self.layers - 1 - i
        x = torch.requires_grad_(torch.detach(saved[l]), l > 0)
        y = self.layer(x, ids.size(0), rows, self.maps, lora, l)
        if i == 0:
          y = self.normalise(y, self.maps[11 * self.layers + 1])
        own = self.filled(torch.slice(lora, 8 * l, 8 * l + 8))
        wanted = annotate(List[Tensor], [])
        if l > 0:
          wanted.append(x)
        wanted.extend(own)
        slopes = self.present(torch.grad([y], wanted, annotate(List[Optional[Tensor]], [slope]), None, False, False))
        if l > 0:
          slope = slopes[0]
          slopes = torch.slice(slopes, 1)
        slopes.extend(found)
        found = slopes
    return found

  # The tensors that are not empty.
  def filled(self: __torch__.Decoder, tensors: List[Tensor]) -> List[Tensor]:
    filled = annotate(List[Tensor], [])
    for i in range(len(tensors)):
      if torch.numel(tensors[i]) > 0:
        filled.append(tensors[i])
    return filled

  # Unwraps optionals that cannot be None.
  def present(self: __torch__.Decoder, found: List[Optional[Tensor]]) -> List[Tensor]:
    all = annotate(List[Tensor], [])
    for i in range(len(found)):
      all.append(torch._unwrap_optional(found[i]))
    return all
