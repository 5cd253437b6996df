"use strict";

const defaultQuery = `# What to show whoever leads the largest community, and why.
# Ctrl-Enter asks; the book on the left explains every word.
{
  communities(first: 1) {
    nodes {
      size
      leaders(first: 1) {
        key
        name
        suggestions(first: 5) {
          answerId
          nodes {
            rank
            explanation
            product { key name }
            reasons { __typename weight }
          }
        }
      }
    }
  }
  dataset { version asOf users products }
}
`;

const socket = new URL(window.location.pathname, window.location.href);
socket.protocol = socket.protocol.replace("http", "ws");

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: window.location.pathname, subscriptionUrl: socket.href }),
    defaultEditorToolsVisibility: "variables",
    defaultQuery,
  }),
);
