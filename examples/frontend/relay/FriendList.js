// Friends of whoever is signed in, page by page: `usePaginationFragment` asks for the next ten.
import { graphql, usePaginationFragment } from 'react-relay';

export const query = graphql`
  query FriendListQuery {
    viewer {
      ...FriendList_user
    }
  }
`;

const friends = graphql`
  fragment FriendList_user on User
  @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" })
  @refetchable(queryName: "FriendListPaginationQuery") {
    friends(first: $first, after: $after) @connection(key: "FriendList_friends") {
      edges {
        node {
          strength
          from {
            id
            name
          }
        }
      }
    }
  }
`;

export function FriendList({ user }) {
  const { data, hasNext, loadNext } = usePaginationFragment(friends, user);
  const names = data.friends.edges.map(({ node }) => node.from.name ?? 'somebody');
  return { names, more: hasNext ? () => loadNext(10) : null };
}
