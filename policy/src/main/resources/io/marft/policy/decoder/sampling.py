# Sampling: the second part of class Decoder, see decoder.py.

  # Draws one token per row. logits [B, V], already divided by the temperature; top_k, top_p [B, 1]; filtered: whether any
  # row filters; uniform [B, 1] in [0, 1). Inverse of the cumulative distribution, in double so that a token of
  # probability 0 is never drawn. Returns tokens [B, 1] and their log-probabilities [B, 1].
  def draw(self: __torch__.Decoder, logits: Tensor, top_k: Tensor, top_p: Tensor, filtered: bool,
      uniform: Tensor) -> Tuple[Tensor, Tensor]:
    order = logits
    if filtered:
      logits, order = torch.sort(logits, -1, True)
      ranks = torch.unsqueeze(torch.arange(logits.size(1), device=logits.device), 0)
      logits = torch.masked_fill(logits, torch.ge(ranks, top_k), -inf)
      probabilities = torch.softmax(logits, -1)
      before = torch.sub(torch.cumsum(probabilities, 1), probabilities)
      drop = torch.logical_and(torch.ge(before, top_p), torch.gt(ranks, 0))
      logits = torch.masked_fill(logits, drop, -inf)
    all = torch.log_softmax(logits, -1)
    cumulative = torch.cumsum(torch.exp(torch.to(all, 7)), 1)
    level = torch.mul(uniform, torch.narrow(cumulative, 1, cumulative.size(1) - 1, 1))
    token = torch.sum(torch.le(cumulative, level), [1], True)
    chosen = torch.gather(all, 1, token)
    if filtered:
      token = torch.gather(order, 1, token)
    return (token, chosen)

  # One token further. token, where [B]: the token and its position in its sequence; place: the slot of the cache for it;
  # mask [B*K, 1, slots], cache as in generate. Returns the normalised last states [B, D].
  def advance(self: __torch__.Decoder, token: Tensor, where: Tensor, place: int, mask: Tensor, cache: List[Tensor],
      maps: List[Tensor]) -> Tensor:
    none = [torch.empty([0])]
    batch = token.size(0)
    turned = self.heads + self.kv_heads
    pairs = batch * self.kv_heads
    scale = self.head_size ** -0.5
    cosine = torch.unsqueeze(torch.index_select(self.rotary[0], 0, where), 1)
    sine = torch.unsqueeze(torch.index_select(self.rotary[1], 0, where), 1)
    visible = torch.narrow(mask, 2, 0, place + 1)
    x = torch.embedding(self.ends[0], token)
    for l in range(self.layers):
      qkv = torch.linear(self.normalise(x), maps[5 * l], maps[5 * l + 1])
      qkv = torch.view(qkv, [batch, turned + self.kv_heads, self.head_size])
      qk = self.rotate(torch.narrow(qkv, 1, 0, turned), cosine, sine)
      key = torch.narrow(qk, 1, self.heads, self.kv_heads)
      value = torch.narrow(qkv, 1, turned, self.kv_heads)
      torch.copy_(torch.select(cache[2 * l], 1, place), torch.reshape(key, [pairs, self.head_size]))
      torch.copy_(torch.select(cache[2 * l + 1], 1, place), torch.reshape(value, [pairs, self.head_size]))
      # The query heads that share a key head stand side by side, like so many positions.
      query = torch.reshape(torch.narrow(qk, 1, 0, self.heads), [pairs, self.heads // self.kv_heads, self.head_size])
      keys = torch.narrow(cache[2 * l], 1, 0, place + 1)
      values = torch.narrow(cache[2 * l + 1], 1, 0, place + 1)
      scores = torch.baddbmm(visible, query, torch.transpose(keys, 1, 2), beta=1, alpha=scale)
      attended = torch.bmm(torch.softmax(scores, -1), values)
      x = self.finish(x, torch.reshape(attended, [batch, -1]), maps, none, l)
    return self.normalise(x)

  # Continues prompts, all steps in one call. ids [B, T]; lengths [B] of the prompts; uniforms [B, S] in double; limits [B]
  # of new tokens, S the largest; temperature, top_k, top_p [B, 1] (temperature 1 with top_k 1 is greedy); filters [1]:
  # whether any row filters; ends [any] the end tokens. Returns tokens [B, s] and log-probabilities [B, s], s <= S; what
  # follows a row's end means nothing.
  def generate(self: __torch__.Decoder, ids: Tensor, lengths: Tensor, uniforms: Tensor, limits: Tensor, temperature: Tensor,
      top_k: Tensor, top_p: Tensor, filters: Tensor, ends: Tensor, lora: List[Tensor]) -> Tuple[Tensor, Tensor]:
    maps = self.merge(lora)
    none = [torch.empty([0])]
    batch = ids.size(0)
    prompt = ids.size(1)
    steps = uniforms.size(1)
    slots = prompt + steps
    filtered = bool(torch.item(filters))
    rows = torch.arange(batch, device=ids.device)
    cache = annotate(List[Tensor], [])
    last = torch.add(torch.mul(rows, prompt), torch.sub(lengths, 1))
    x = self.states(ids, last, self.ends[0], maps, none, cache, True)
    # New keys and values follow the padded prompt; the mask hides the padding between them.
    for i in range(len(cache)):
      room = torch.empty([batch, self.kv_heads, slots, self.head_size], dtype=6, device=ids.device)
      torch.copy_(torch.narrow(room, 2, 0, prompt), torch.transpose(cache[i], 1, 2))
      cache[i] = torch.view(room, [batch * self.kv_heads, slots, self.head_size])
    places = torch.unsqueeze(torch.arange(slots, device=ids.device), 0)
    hidden = torch.logical_and(torch.ge(places, torch.unsqueeze(lengths, 1)), torch.lt(places, prompt))
    mask = torch.masked_fill(torch.zeros([batch, slots], dtype=6, device=ids.device), hidden, -inf)
    mask = torch.reshape(torch.repeat_interleave(mask, self.kv_heads, 0), [batch * self.kv_heads, 1, slots])
    tokens = torch.zeros([batch, steps], dtype=4, device=ids.device)
    chosen = torch.zeros([batch, steps], dtype=6, device=ids.device)
    going = torch.ones([batch], dtype=11, device=ids.device)
    step = 0
    left = batch
    while left > 0:
      logits = torch.div(torch.linear(x, maps[5 * self.layers]), temperature)
      token, logp = self.draw(logits, top_k, top_p, filtered, torch.narrow(uniforms, 1, step, 1))
      token = torch.squeeze(token, 1)
      torch.index_copy_(torch.select(tokens, 1, step), 0, rows, token)
      torch.index_copy_(torch.select(chosen, 1, step), 0, rows, torch.squeeze(logp, 1))
      step = step + 1
      ended = torch.any(torch.eq(torch.unsqueeze(token, 1), ends), 1)
      going = torch.logical_and(going, torch.logical_and(torch.logical_not(ended), torch.gt(limits, step)))
      left = int(torch.item(torch.sum(going)))
      if left > 0:
        if batch >= 8 and 4 * left <= 3 * batch:
          # Rows that have ended leave the batch.
          keep = torch.squeeze(torch.nonzero(going), 1)
          for i in range(len(cache)):
            kept = torch.index_select(torch.view(cache[i], [batch, -1]), 0, keep)
            cache[i] = torch.view(kept, [left * self.kv_heads, slots, self.head_size])
          mask = torch.index_select(torch.view(mask, [batch, -1]), 0, keep)
          mask = torch.view(mask, [left * self.kv_heads, 1, slots])
          rows = torch.index_select(rows, 0, keep)
          token = torch.index_select(token, 0, keep)
          lengths = torch.index_select(lengths, 0, keep)
          limits = torch.index_select(limits, 0, keep)
          uniforms = torch.index_select(uniforms, 0, keep)
          temperature = torch.index_select(temperature, 0, keep)
          top_k = torch.index_select(top_k, 0, keep)
          top_p = torch.index_select(top_p, 0, keep)
          going = torch.index_select(going, 0, keep)
          batch = left
        x = self.advance(token, torch.add(lengths, step - 1), prompt + step - 1, mask, cache, maps)
    return (torch.narrow(tokens, 1, 0, step), torch.narrow(chosen, 1, 0, step))
