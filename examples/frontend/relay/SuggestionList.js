// What to show whoever is signed in; "not for me" is a mutation, after which the list is fetched anew.
import { graphql, useMutation, useRefetchableFragment } from 'react-relay';

export const query = graphql`
  query SuggestionListQuery {
    viewer {
      key
      ...SuggestionList_user
    }
  }
`;

const suggestions = graphql`
  fragment SuggestionList_user on User
  @argumentDefinitions(first: { type: "Int", defaultValue: 12 }, after: { type: "String" })
  @refetchable(queryName: "SuggestionListRefetchQuery") {
    suggestions(first: $first, after: $after) @connection(key: "SuggestionList_suggestions") {
      edges {
        node {
          rank
          explanation
          product {
            id
            key
            name
          }
          reasons {
            __typename
            weight
          }
        }
      }
    }
  }
`;

const notForMe = graphql`
  mutation SuggestionListNotForMeMutation($user: String!, $product: String!) {
    giveFeedback(input: { user: $user, product: $product, verdict: NOT_INTERESTED }) {
      userErrors {
        code
        message
      }
    }
  }
`;

export function SuggestionList({ viewer }) {
  const [data, refetch] = useRefetchableFragment(suggestions, viewer);
  const [commit] = useMutation(notForMe);
  const dismiss = (product) =>
    commit({ variables: { user: viewer.key, product }, onCompleted: () => refetch({}) });
  return { cards: data.suggestions.edges.map(({ node }) => node), dismiss };
}
