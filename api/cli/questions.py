"""The GraphQL documents behind the commands: what is asked, field by field."""

SUGGEST = """
query Suggest(
  $user: String, $key: String!, $known: Boolean!, $context: SuggestionContext, $first: Int!, $locale: String,
  $share: ID = "", $byShare: Boolean = false, $sharer: String = "", $bySharer: Boolean = false,
  $product: String = "", $byProduct: Boolean = false
) {
  user(key: $key) @include(if: $known) { key name }
  share: node(id: $share) @include(if: $byShare) { id }
  sharer: user(key: $sharer) @include(if: $bySharer) { key }
  product(key: $product) @include(if: $byProduct) { key }
  suggestions(user: $user, context: $context, first: $first, locale: $locale) {
    answerId
    dropped { by products }
    nodes {
      rank
      score
      rankByScore
      opens { value low high confidence }
      explanation
      product { key name category price { amount currency } }
      reasons {
        __typename
        weight
        ... on FriendReason { friend { key name } action at }
        ... on InterestReason { because { key name } bought }
        ... on PeersReason { people bought }
        ... on LikenessReason { because { key name } by }
        ... on RelationReason { kind to { key name } }
        ... on PopularityReason { community { id size } }
        ... on SceneReason { scene }
        ... on ExplorationReason { propensity }
        ... on RemainderReason { count }
      }
    }
  }
}
"""

KOLS = """
query Kols(
  $first: Int!, $filter: KolFilter, $objective: KolObjective!, $budget: MoneyInput, $seed: Int
) {
  kolCandidates(first: $first, filter: $filter, objective: $objective, budget: $budget, seed: $seed) {
    reach { value low high confidence }
    certifiedRatio
    largestCommunityShare
    currency
    leftOut
    nodes {
      rank
      tiedWith
      user { key name region }
      marginalReach { value low high confidence }
      conversionRate { value low high confidence }
      communitiesReached
      topCategories { category fraction }
      cost { amount currency }
      influence {
        pageRank
        reach { value low high confidence }
        opensCredited
        purchasesCredited
        revenueCredited { amount currency }
      }
    }
  }
}
"""

STANDING = """
query Standing(
  $user: String!, $filter: KolFilter, $objective: KolObjective!, $budget: MoneyInput, $seed: Int
) {
  kolStanding(user: $user, filter: $filter, objective: $objective, budget: $budget, seed: $seed) {
    user { key name }
    rank
    reachAlone { value low high confidence }
    marginalReach { value low high confidence }
    tiedWith
    covered
    ruledOutBy
  }
}
"""

CASCADES = """
query Cascades($first: Int!, $filter: CascadeFilter, $orderBy: CascadeOrder!) {
  cascades(first: $first, filter: $filter, orderBy: $orderBy) {
    totalCount
    inferredFraction
    nodes {
      id
      product { key name }
      root { user { key name } at channel campaign }
      size
      depth
      levels
      structuralVirality
      reproductionNumber { value low high confidence }
      timeToHalf
      forecast { value low high confidence }
      inferred
      startedAt
      lastActivityAt
      shares
      opens
      purchases
      revenue { amount currency }
    }
  }
}
"""

K_FACTOR = """
query KFactor(
  $by: KFactorBy, $every: Every, $conversion: Conversion, $within: Int, $since: DateTime, $until: DateTime,
  $first: Int
) {
  kFactor(
    by: $by, every: $every, conversion: $conversion, within: $within, since: $since, until: $until,
    first: $first
  ) {
    overall { ...told }
    groups {
      channel
      campaign
      community { id size topCategories { category fraction } }
      product { key name }
      kFactor { ...told }
      overTime { from to complete kFactor { ...told } }
    }
  }
}
fragment told on KFactor {
  people
  invites
  converted
  invitesPerPerson { value low high confidence }
  conversion { value low high confidence }
  factor { value low high confidence }
}
"""

COMMUNITIES = """
query Communities($first: Int!) {
  communities(first: $first) {
    totalCount
    modularity
    nodes {
      id
      size
      cohesion
      topCategories { category fraction }
      leaders(first: 3) { key name }
    }
  }
}
"""
